#include <fmt/format.h>

#include <boost/test/data/test_case.hpp>

#include "desk/desk.hpp"
#include "desk/retention/retention.hpp"
#include "reloadable_site.hpp"

using namespace consign;
using ledger::Action;
using Request = desk::PolicyReload::Request;

namespace {

constexpr std::string_view classes = R"(version: 1
classes:
  report: {purpose: Reports, legal_basis: CSP, keep: 10 years}
  transit: {purpose: Transit, legal_basis: RGPD, keep: 30 days, shorten_after_pickup: 7 days}
)";

struct Fixture : ReloadableSite {
    Digest32 first = policy.current()->hash;

    Digest32 in_force() { return policy.current()->hash; }
    /// Without those of the folders that a policy names.
    std::vector<ledger::Event> new_events() {
        auto events = ReloadableSite::new_events();
        std::erase_if(events, [](const auto& one) { return one.action == Action::folder_made; });
        return events;
    }
    /// With the classes, and `files` of each of them in the store.
    void store_files(std::size_t files) {
        write("policy.d/20.yaml", classes);
        const auto taken = take();
        BOOST_REQUIRE_MESSAGE(taken.taken, said(load()));
        for (const char* name : {"report", "transit"})
            for (std::size_t number = 0; number < files; ++number) store_file(name);
        first = in_force();
        (void)new_events();
    }
    void store_file(const std::string& class_name) {
        write_one([&](Transaction& transaction) -> Result<> {
            // In summer and winter, the day that it is in Paris then is over before that of UTC.
            const Timestamp now =
                std::chrono::sys_days(std::chrono::year(2026) / 1 / 15) + std::chrono::hours(12);
            const auto made = transaction.catalog.commit_deposit(
                {.stream = Id::random(random),
                 .path = VirtualPath::parse(fmt::format("/f{}", ++files_)).value(),
                 .account = "lab",
                 .modified = now,
                 .now = now});
            if (!made) return failure(made.error());
            return transaction.catalog.classify({.file = made->file,
                                                 .name = class_name,
                                                 .rule = "policy.d/20.yaml:3",
                                                 .deposited = now});
        });
    }
    /// A version that no program reads any more is in force.
    void keep_unreadable() {
        const std::vector<documents::NamedText> texts{{"consign.yaml", "version: 0\n"}};
        write_one([&](Transaction& transaction) {
            return transaction.documents.come_into_force(
                {.since = clock.now(), .made_by = "admin:anna", .hash = Digest32{7}}, texts);
        });
    }
    /// As a daemon does at its start, with the files as they are.
    void start(const char* server_file = "consign.yaml") {
        const policy::Loaded loaded = policy::load(folder.path() / server_file, clock.now());
        BOOST_REQUIRE_MESSAGE(loaded.policy, said(loaded));
        policy.replace(loaded.policy);
        reload.emplace(*site, folder.path() / server_file, loaded);
        const auto kept = run(reload->keep_first());
        BOOST_REQUIRE(kept.has_value());
    }
    bool ends_content() {
        return run(store->read([&](Transaction& transaction) {
                   return desk::is_in_force(transaction, *policy.current());
               }))
            .value();
    }
    void edit_classes(std::string_view from, std::string_view to) {
        std::string text(classes);
        const auto found = text.find(from);
        BOOST_REQUIRE(found != std::string::npos);
        write("policy.d/20.yaml", text.replace(found, from.size(), to));
    }
    std::vector<documents::Version> versions() {
        return run(store->read([](Transaction& transaction) {
                   return transaction.documents.versions(100);
               }))
            .value();
    }
    bool has_folder(std::string_view path) {
        return run(store->read([&](Transaction& transaction) {
                   return transaction.catalog.find(VirtualPath::parse(path).value());
               }))
            .has_value();
    }

  private:
    template <class Verb>
    void write_one(Verb verb) {
        const auto done = run(store->write(std::move(verb)));
        BOOST_REQUIRE(done.has_value());
    }
    std::size_t files_ = 0;
};

struct Edit {
    const char* what;
    const char* from;
    const char* to;
    const char* shortened;  // the class; empty: none
};
std::ostream& operator<<(std::ostream& out, const Edit& edit) {
    return out << edit.what;
}

const Edit edits[]{
    {"a shorter term", "10 years", "9 years", "report"},
    {"a term counted otherwise that ends as soon", "keep: 10 years",
     "keep: 10 years, counted_from: deposit", ""},
    {"a longer term", "10 years", "11 years", ""},
    {"a minor who may be one by then", "10 years", "10 years, minor_until: 28 years", ""},
    {"an earlier end after a pickup that nobody made yet", "shorten_after_pickup: 7 days",
     "shorten_after_pickup: 1 day", "transit"},
    {"an end after a pickup where there was none", "legal_basis: CSP, keep: 10 years",
     "legal_basis: CSP, keep: 10 years, shorten_after_pickup: 1 year", "report"},
    {"a later end after a pickup", "shorten_after_pickup: 7 days", "shorten_after_pickup: 8 days",
     ""},
    {"the same in another unit", "shorten_after_pickup: 7 days", "shorten_after_pickup: 1 week",
     ""},
    {"a shorter term of days", "30 days", "29 days", "transit"},
    {"a class that is there no longer: its files are kept", "  report: {", "  renamed: {", ""},
    {"another purpose", "Transit", "Acheminement", ""},
};

/// Each of them leaves the policy as it was.
const char* const mistakes[]{
    "version: 1\naccounts:\n  lab: {",
    "version: 2\n",
    "",
    "version: 1\naccounts:\n  lab:\n    home: /lab\n    pasword: Tr0ub4dor\n",
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(policy_reload, Fixture)

BOOST_AUTO_TEST_CASE(a_sound_policy_comes_into_force_whole) {
    edit("home: /other", "home: /elsewhere/other");
    const auto outcome = take({.account = "admin:anna"});
    BOOST_TEST(outcome.taken);
    BOOST_TEST((in_force() == load().policy->hash));
    BOOST_TEST((in_force() != first));
    BOOST_TEST(has_folder("/elsewhere/other"));
    const auto events = new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST((events[0].action == Action::policy_loaded));
    BOOST_TEST(events[0].account == "admin:anna");
    BOOST_TEST(events[0].protocol == "control");
    BOOST_TEST((events[0].policy == in_force()));
    BOOST_TEST(reload->taken() == 1U);
}

BOOST_DATA_TEST_CASE(a_mistake_leaves_the_last_good_one, boost::unit_test::data::make(mistakes),
                     mistake) {
    write("policy.d/10.yaml", mistake);
    const auto outcome = take();
    BOOST_TEST(!outcome.taken);
    BOOST_TEST(!outcome.problems.empty());
    BOOST_TEST((in_force() == first));
    const auto events = new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST((events[0].action == Action::policy_refused));
    BOOST_TEST((events[0].outcome == ledger::Outcome::refused));
    BOOST_TEST((events[0].policy == first));
    BOOST_TEST_REQUIRE(reload->refusal().has_value());
    BOOST_TEST(reload->refusal()->why.find("the first at policy.d/10.yaml:") != std::string::npos,
               reload->refusal()->why);
    BOOST_TEST(reload->refusal()->why.find("Tr0ub4dor") == std::string::npos);
    BOOST_TEST(reload->refused() == 1U);
    BOOST_TEST(versions().empty());

    write("policy.d/10.yaml", accounts);
    BOOST_TEST(take().taken);
    BOOST_TEST(!reload->refusal().has_value());
}

BOOST_AUTO_TEST_CASE(files_that_are_gone_leave_the_last_good_one) {
    std::filesystem::remove_all(folder.path() / "policy.d");
    BOOST_TEST(!take().taken);
    std::filesystem::remove(config());
    BOOST_TEST(!take().taken);
    BOOST_TEST((in_force() == first));
}

BOOST_DATA_TEST_CASE_F(Fixture, content_in_the_store_ends_sooner_only_where_its_class_is_accepted,
                       boost::unit_test::data::make(edits), edit_made) {
    store_files(3);
    edit_classes(edit_made.from, edit_made.to);
    desk::Shortened shortened;
    if (*edit_made.shortened != '\0') shortened[edit_made.shortened] = 3;
    const auto asked = take();
    BOOST_TEST((asked.shortened == shortened));
    BOOST_TEST(asked.taken == shortened.empty());
    if (shortened.empty()) return;
    BOOST_TEST((in_force() == first));
    const auto refused = new_events();
    BOOST_TEST_REQUIRE(refused.size() == 1U);
    BOOST_TEST(
        refused[0].detail ==
        fmt::format("content in the store would end sooner: {} (3 files)", edit_made.shortened));
    BOOST_TEST(!take({.accept = {"another"}}).taken);
    (void)new_events();

    BOOST_TEST(take({.accept = {edit_made.shortened}}).taken);
    BOOST_TEST((in_force() == load().policy->hash));
    const auto taken = new_events();
    BOOST_TEST_REQUIRE(taken.size() == 1U);
    BOOST_TEST(taken[0].detail == "accepted: " + refused[0].detail);
}

BOOST_AUTO_TEST_CASE(what_is_unknown_today_may_end_sooner_too) {
    struct Case {
        const char* before;
        const char* after;
        bool is_shorter;
    };
    for (const Case& one : {
             Case{"keep: 10 years, counted_from: last_pickup",
                  "keep: 1 day, counted_from: last_pickup", true},
             Case{"keep: 10 years, counted_from: last_pickup",
                  "keep: 11 years, counted_from: last_pickup", false},
             Case{"keep: 12 months, counted_from: last_activity",
                  "keep: 1 year, counted_from: last_activity", false},
             Case{"keep: 10 years, minor_until: 28 years", "keep: 10 years, minor_until: 20 years",
                  true},
             Case{"keep: 10 years, minor_until: 28 years", "keep: 11 years, minor_until: 28 years",
                  false},
             Case{"keep: 10 years, minor_until: 28 years",
                  "keep: 10 years, minor_until: 28 years, after_death: 1 year", true},
         }) {
        const auto with = [&](const char* terms) {
            write("policy.d/20.yaml",
                  fmt::format("version: 1\nclasses:\n  report: {{purpose: Reports, legal_basis: "
                              "CSP, {}}}\n",
                              terms));
        };
        with(one.before);
        BOOST_TEST_REQUIRE(take({.accept = {"report"}}).taken);
        store_file("report");
        with(one.after);
        const auto outcome = take();
        BOOST_TEST_CONTEXT(one.after) {
            BOOST_TEST(outcome.taken == !one.is_shorter);
            BOOST_TEST(outcome.shortened.contains("report") == one.is_shorter);
        }
    }
}

BOOST_AUTO_TEST_CASE(to_accept_one_class_accepts_no_other) {
    store_files(1);
    edit_classes("keep: 30 days", "keep: 3 days");
    std::string text(classes);
    text.replace(text.find("10 years"), 8, "10 days").replace(text.find("30 days"), 7, "3 days");
    write("policy.d/20.yaml", text);
    BOOST_TEST(!take({.accept = {"report"}}).taken);
    BOOST_TEST(!take({.accept = {"transit"}}).taken);
    BOOST_TEST((in_force() == first));
    BOOST_TEST(take({.accept = {"transit", "report"}}).taken);
}

BOOST_AUTO_TEST_CASE(every_file_is_counted_however_many_there_are) {
    store_files(700);
    edit_classes("10 years", "10 days");
    BOOST_TEST((take().shortened == desk::Shortened{{"report", 700}}));
}

BOOST_AUTO_TEST_CASE(another_zone_may_end_terms_sooner_too) {
    store_files(1);
    write("consign.yaml", std::string(server) + "zone: Europe/Paris\n");
    BOOST_TEST((take().shortened == desk::Shortened{{"report", 1}, {"transit", 1}}));
}

BOOST_AUTO_TEST_CASE(a_ledger_that_would_forget_sooner_is_accepted_by_name_alone) {
    const auto with = [&](std::string_view keep) {
        write("consign.yaml", std::string(server) + std::string(keep));
        return load().policy->hash;
    };
    const auto year = with("ledger: {keep: 1 year}\n");
    const auto refused = take();
    BOOST_TEST(!refused.taken);
    BOOST_TEST((refused.shortened == desk::Shortened{{"ledger.keep", 1}}));
    BOOST_TEST(new_events().back().detail == "the ledger would forget sooner: ledger.keep");
    BOOST_TEST(!take({.accept = {"report"}}).taken);
    BOOST_TEST(take({.accept = {"ledger.keep"}}).taken);
    BOOST_TEST((in_force() == year));
    BOOST_TEST(new_events().back().detail ==
               "accepted: the ledger would forget sooner: ledger.keep");
    // Later, and never, need no word.
    with("ledger: {keep: 2 years}\n");
    BOOST_TEST(take().taken);
    with("ledger: {keep: 1 year}\n");
    BOOST_TEST(!take().taken);
    with("");
    BOOST_TEST(take().taken);
}

BOOST_AUTO_TEST_CASE(each_version_is_kept_whole_and_an_equal_one_once) {
    BOOST_TEST(run(reload->keep_first()).has_value());
    BOOST_TEST(run(reload->keep_first()).has_value());
    edit("home: /other", "home: /elsewhere");
    BOOST_TEST(take({.account = "admin:anna"}).taken);
    BOOST_TEST(take().taken);
    const auto kept = versions();
    BOOST_TEST_REQUIRE(kept.size() == 2U);
    BOOST_TEST((kept[0].hash == first));
    BOOST_TEST(kept[0].made_by == "system:daemon");
    BOOST_TEST((kept[1].hash == in_force()));
    BOOST_TEST(kept[1].made_by == "admin:anna");
    BOOST_TEST(kept[1].accounts == 2U);
    const auto texts = run(
        store->read([&](Transaction& transaction) { return transaction.documents.find(first); }));
    BOOST_TEST_REQUIRE((*texts)->size() == 2U);
    BOOST_TEST((**texts)[0].name == "consign.yaml");
    BOOST_TEST((**texts)[0].text == server);
    BOOST_TEST((**texts)[1].name == "policy.d/10.yaml");
}

BOOST_AUTO_TEST_CASE(a_start_behind_a_version_that_nobody_reads_ends_nothing_until_accepted) {
    store_files(2);
    keep_unreadable();
    (void)new_events();
    for (int starts = 0; starts < 2; ++starts) {
        start();
        BOOST_TEST((in_force() == first));
        BOOST_TEST(!ends_content());
        BOOST_TEST_REQUIRE(reload->refusal().has_value());
        BOOST_TEST(reload->refusal()->why ==
                   "the version that was in force last does not load: content in the store would "
                   "end sooner: report (2 files), transit (2 files)");
    }
    const auto refused = new_events();
    BOOST_TEST_REQUIRE(refused.size() == 2U);
    BOOST_TEST((refused[0].action == Action::policy_refused));
    BOOST_TEST(!take().taken);
    BOOST_TEST(!take({.on_change = true}).taken);
    BOOST_TEST(!take({.accept = {"report"}}).taken);
    BOOST_TEST(!ends_content());
    BOOST_TEST(take({.accept = {"report", "transit"}}).taken);
    BOOST_TEST(ends_content());
    BOOST_TEST(!reload->refusal().has_value());
    // From now on, this one is what others are compared with.
    edit_classes("10 years", "11 years");
    BOOST_TEST(take().taken);
    start();
    BOOST_TEST(ends_content());
}

BOOST_AUTO_TEST_CASE(behind_a_version_that_nobody_reads_what_can_end_nothing_is_kept_at_once) {
    keep_unreadable();
    start();
    BOOST_TEST(ends_content());
    BOOST_TEST(!reload->refusal().has_value());
}

BOOST_AUTO_TEST_CASE(a_version_is_read_under_the_name_that_its_server_file_had) {
    write("policy.d/20.yaml", classes);
    write("site.yaml", server);
    start("site.yaml");
    store_file("report");
    const Digest32 before = in_force();
    edit_classes("10 years", "9 years");
    start();
    BOOST_TEST((in_force() == before));
    BOOST_TEST_REQUIRE(reload->refusal().has_value());
    BOOST_TEST(reload->refusal()->why == "content in the store would end sooner: report (1 file)");
}

BOOST_AUTO_TEST_CASE(what_the_store_cannot_keep_does_not_come_into_force) {
    alter("DROP TABLE versions");
    edit("home: /other", "home: /elsewhere");
    const auto outcome = take();
    BOOST_TEST(!outcome.taken);
    BOOST_TEST((outcome.store_failed != std::error_code()));
    BOOST_TEST((in_force() == first));
    BOOST_TEST(reload->refusal()->why == "the store could not keep it");
}

BOOST_AUTO_TEST_CASE(a_look_that_finds_nothing_new_leaves_no_trace) {
    BOOST_TEST(take({.on_change = true}).taken);
    BOOST_TEST(new_events().empty());
    write("policy.d/10.yaml", "version: 2\n");
    for (int times = 0; times < 3; ++times) BOOST_TEST(!take({.on_change = true}).taken);
    BOOST_TEST(new_events().size() == 1U);
    BOOST_TEST(reload->refused() == 1U);
    // Who asks is answered.
    BOOST_TEST(!take().taken);
    BOOST_TEST(new_events().size() == 1U);
    write("policy.d/10.yaml", accounts);
    BOOST_TEST(take({.on_change = true}).taken);
    BOOST_TEST(new_events().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_needs_a_restart_is_told_until_it_is_as_it_was) {
    std::string moved(server);
    moved.replace(moved.find("data: data"), 10, "data: elsewhere");
    write("consign.yaml", moved);
    BOOST_TEST((take().restart_needed == std::vector<std::string_view>{"data"}));
    BOOST_TEST((take().restart_needed == std::vector<std::string_view>{"data"}));
    write("consign.yaml", server);
    BOOST_TEST(take().restart_needed.empty());
}

BOOST_AUTO_TEST_CASE(the_folders_of_all_files_read_are_those_to_watch) {
    const std::set all{folder.path(), folder.path() / "policy.d"};
    BOOST_TEST((reload->folders() == all));
    // Where all of them went for a moment, they are still to come back there.
    std::filesystem::rename(folder.path() / "policy.d/10.yaml", folder.path() / "policy.d/away");
    BOOST_TEST(!take().taken);
    BOOST_TEST((reload->folders() == all));
    std::filesystem::rename(folder.path() / "policy.d/away", folder.path() / "policy.d/10.yaml");
    BOOST_TEST(take().taken);
    BOOST_TEST((reload->folders() == all));
}

BOOST_AUTO_TEST_SUITE_END()
