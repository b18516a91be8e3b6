// Pulls from a far end that lives in memory.
#include "administered_store.hpp"
#include "daemon/workers/pull_worker.hpp"
#include "desk/deliveries/pull_verbs.hpp"
#include "desk/deposits/quarantine_verbs.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk_routed_site.hpp"
#include "fake_far_end.hpp"
#include "worker_turn.hpp"

namespace consign::testing {

namespace {

using Names = std::vector<std::string>;

std::string pulls(std::string_view then = "keep", std::string_view at = "0 8 * * * UTC") {
    return "targets:\n  his: {url: \"file:///srv/his\"}\npulls:\n"
           "  - {name: orders, target: his, from_folder: /outbox, into: /lab/orders, at: \"" +
           std::string(at) + "\", then: " + std::string(then) + "}\n";
}

constexpr std::string_view route =
    "  - name: orders\n    when: {path: /lab/orders/**}\n    to: [{copy: "
    "\"/partner/out/{name}\"}]\n";

/// The clock stands at 06:00 UTC.
class PullingSite : public DeskSite {
  public:
    explicit PullingSite(std::string_view rest = pulls()) : DeskSite(depot_with(route, rest)) {
        begin_worker();
    }
    ~PullingSite() { worker.reset(); }

    void begin_worker() {
        worker.reset();
        worker = std::make_unique<daemon::PullWorker>(
            strand_.get_executor(), site(), std::make_shared<delivery::FarEnds>(connecting_to(far)),
            std::chrono::milliseconds(1));
    }
    void work_off() { work_off_on(strand_, *worker); }
    /// To the next time at which it is due.
    void next_day() {
        clock.advance(std::chrono::days(1));
        work_off();
    }
    void put(const std::string& name, Bytes bytes, std::int64_t modified = 1) {
        far.files["/outbox/" + name] = std::move(bytes);
        far.modified["/outbox/" + name] = modified;
    }
    Names names_here(std::string_view folder) {
        return read([&](Transaction& transaction) -> Result<Names> {
            Names names;
            const auto found = transaction.catalog.find(at(folder));
            if (!found) return names;
            const auto entries = transaction.catalog.list(found->node, 0, 1000);
            if (!entries) return failure(entries.error());
            for (const auto& entry : *entries) names.push_back(entry.name);
            std::ranges::sort(names);
            return names;
        });
    }
    std::size_t told(ledger::Action action, ledger::Outcome outcome = ledger::Outcome::granted) {
        return read([&](Transaction& transaction) {
                   return transaction.search.events(
                       {.outcome = outcome, .action = action, .limit = 1000});
               })
            .size();
    }

    boost::json::object ask(std::string_view verb, boost::json::object arguments = {}) {
        KeptRows rows;
        const auto table = desk::pull_verbs(site());
        const auto answered = run(table.find(verb)->second(
            {.administrator = "root", .arguments = std::move(arguments), .rows = rows}));
        BOOST_REQUIRE_MESSAGE(answered.has_value(), (answered ? "" : answered.error()));
        return rows.rows.empty() ? boost::json::object() : rows.rows.front();
    }
    /// Of the first pull, as `consign pulls` shows it.
    std::string shown(std::string_view key) {
        return std::string(ask("pulls.list").at(key).as_string());
    }

    FarFolder far;
    std::unique_ptr<daemon::PullWorker> worker;

  private:
    boost::asio::io_context strand_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pulling)

BOOST_AUTO_TEST_CASE(what_is_there_comes_at_its_time_as_a_deposit_that_takes_its_route) {
    PullingSite site;
    const Bytes bytes = content_of(5000);
    site.put("o1.hl7", bytes);
    site.work_off();
    BOOST_TEST(site.far.connects == 0);
    site.clock.advance(std::chrono::hours(3));
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders") == Names{"o1.hl7"}, boost::test_tools::per_element());
    BOOST_CHECK(required(Peer(site, "partner").get("/out/o1.hl7")) == bytes);
    BOOST_CHECK(required(Peer(site, "lab").get("/orders/o1.hl7")) == bytes);
    BOOST_TEST(site.staged().empty());
    BOOST_TEST(site.committed().size() == 1);
    site.work_off();
    site.next_day();
    BOOST_TEST(site.told(ledger::Action::deposited) == 1);
    BOOST_TEST(site.far.files.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_time_that_passed_while_nobody_ran_is_made_up_for_once) {
    PullingSite site;
    site.work_off();
    site.put("o1", content_of(10));
    site.clock.advance(std::chrono::days(3));
    site.begin_worker();
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
    site.work_off();
    BOOST_TEST(site.far.connects == 1);
}

BOOST_AUTO_TEST_CASE(what_changed_over_there_comes_again_under_a_number) {
    PullingSite site;
    site.work_off();
    site.put("o1.hl7", content_of(10));
    site.next_day();
    site.put("o1.hl7", content_of(20), 2);
    site.next_day();
    const Names expected{"o1.hl7", "o1_2.hl7"};
    BOOST_TEST(site.names_here("/lab/orders") == expected, boost::test_tools::per_element());
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders").size() == 2);
}

BOOST_AUTO_TEST_CASE(what_still_grows_waits_for_the_next_time) {
    PullingSite site;
    site.work_off();
    site.put("growing", content_of(10));
    site.put("whole", content_of(10));
    site.far.after_list = [&](FarFolder& far) { far.files["/outbox/growing"].push_back(1); };
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders") == Names{"whole"}, boost::test_tools::per_element());
    site.far.after_list = [](FarFolder&) {};
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders").size() == 2);
}

BOOST_AUTO_TEST_CASE(what_others_are_still_writing_and_what_is_hidden_is_left_alone) {
    PullingSite site;
    site.work_off();
    site.put(".hidden", content_of(10));
    site.put("half.part", content_of(10));
    site.put("o1", content_of(10));
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders") == Names{"o1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(delete_takes_away_what_is_here_and_nothing_else) {
    PullingSite site(pulls("delete"));
    site.work_off();
    site.put("o1", content_of(10));
    site.put(".hidden", content_of(10));
    site.next_day();
    BOOST_TEST(site.far.files.size() == 1);
    BOOST_TEST(site.told(ledger::Action::removed_there) == 1);
    // The same name again is another file, even where it looks the same.
    site.put("o1", content_of(10));
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders").size() == 2);
}

BOOST_AUTO_TEST_CASE(what_was_fetched_incomplete_and_is_nobodys_to_complete_can_be_released) {
    PullingSite site;
    std::string asking(route);
    asking.insert(asking.find("    to:"), "    complete_when: [batch_trailer]\n");
    site.use_policy(depot_with(asking, pulls("delete")));
    const Bytes stump = without_trailers(batch());
    site.put("b.hl7", stump);
    site.work_off();
    site.clock.advance(std::chrono::hours(3));
    site.work_off();
    BOOST_TEST(site.far.files.empty());
    Peer partner(site, "partner");
    BOOST_TEST(!partner.sees("/out/b.hl7"));
    BOOST_TEST(!Peer(site, "lab").sees("/orders/b.hl7"));
    KeptRows rows;
    const auto decide = [&](const char* verb, boost::json::object arguments) {
        return site.run(
            desk::quarantine_verbs(site.site())
                .at(verb)(
                    {.administrator = "root", .arguments = std::move(arguments), .rows = rows}));
    };
    BOOST_TEST(decide("quarantine.list", {}).has_value());
    BOOST_TEST_REQUIRE(rows.rows.size() == 1U);
    BOOST_TEST(rows.rows[0].at("account").as_string() == "system:pull");
    const auto released = decide("quarantine.release", {{"id", rows.rows[0].at("id")}});
    BOOST_TEST_REQUIRE(released.has_value(), (released ? "" : released.error()));
    BOOST_CHECK(required(partner.get("/out/b.hl7")) == stump);
    BOOST_CHECK(required(Peer(site, "lab").get("/orders/b.hl7")) == stump);
}

BOOST_AUTO_TEST_CASE(what_was_replaced_by_one_of_the_same_size_is_not_taken_for_the_same) {
    for (const bool is_replaced_in_mid_fetch : {true, false}) {
        PullingSite site(pulls("delete"));
        site.work_off();
        site.put("o1", content_of(10, 1));
        const Bytes other = content_of(10, 2);
        auto& when = is_replaced_in_mid_fetch ? site.far.after_fetch : site.far.after_look;
        when = [&](FarFolder& far) {
            far.files["/outbox/o1"] = other;
            far.modified["/outbox/o1"] = 2;
        };
        site.next_day();
        when = [](FarFolder&) {};
        BOOST_CHECK(site.far.files["/outbox/o1"] == other);
        BOOST_TEST(site.told(ledger::Action::removed_there) == 0);
        BOOST_TEST(site.names_here("/lab/orders").size() == (is_replaced_in_mid_fetch ? 0 : 1));
        site.next_day();
        const std::string name = is_replaced_in_mid_fetch ? "/orders/o1" : "/orders/o1_2";
        BOOST_CHECK(required(Peer(site, "lab").get(name)) == other);
        BOOST_TEST(site.far.files.empty());
    }
}

BOOST_AUTO_TEST_CASE(what_is_missing_from_one_listing_is_no_other_file_when_it_is_back) {
    PullingSite site;
    site.work_off();
    site.put("o1", content_of(10));
    site.next_day();
    const auto folder = site.far.files;
    site.far.files.clear();
    site.next_day();
    site.far.files = folder;
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
    site.far.files.clear();
    site.put("o2", content_of(10));
    site.next_day();
    site.next_day();
    site.far.files = folder;
    site.next_day();
    const Names expected{"o1", "o1_2", "o2"};
    BOOST_TEST(site.names_here("/lab/orders") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_empty_for_days_makes_nothing_new_of_what_was_in_it) {
    PullingSite site;
    site.work_off();
    site.put("o1", content_of(10));
    site.next_day();
    const auto folder = site.far.files;
    site.far.files.clear();
    site.put(".mounted-elsewhere", {});
    for (int day = 0; day < 3; ++day) site.next_day();
    site.far.files = folder;
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
}

BOOST_AUTO_TEST_CASE(a_file_that_breaks_the_connection_keeps_none_behind_it_from_coming) {
    PullingSite site;
    site.work_off();
    site.far.breaks_off_at = "a";
    for (const char* const name : {"a", "b", "c"}) site.put(name, content_of(10));
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders").empty());
    site.clock.advance(std::chrono::minutes(2));
    site.work_off();
    const Names behind{"b", "c"};
    BOOST_TEST(site.names_here("/lab/orders") == behind, boost::test_tools::per_element());
    // Another daemon learns it anew.
    site.begin_worker();
    site.put("d", content_of(10));
    site.next_day();
    site.clock.advance(std::chrono::minutes(2));
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").size() == 3);
    site.far.breaks_off_at.clear();
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders").size() == 4);
    BOOST_TEST(site.shown("state") == "well");
}

BOOST_AUTO_TEST_CASE(of_several_that_break_the_connection_each_has_its_turn) {
    PullingSite site;
    site.work_off();
    site.far.breaks_off_at = "a";
    for (const char* const name : {"a", "b"}) site.put(name, content_of(10));
    site.next_day();
    site.far.breaks_off_at = "b";
    site.clock.advance(std::chrono::minutes(2));
    site.work_off();
    site.clock.advance(std::chrono::minutes(5));
    site.work_off();
    const Names fetched{"a", "b", "a", "b"};
    BOOST_TEST(site.far.fetched == fetched, boost::test_tools::per_element());
    BOOST_TEST(site.names_here("/lab/orders") == Names{"a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_larger_than_the_room_that_is_left_is_not_begun) {
    for (const std::uint64_t size : {std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        PullingSite site;
        site.work_off();
        site.put("large", content_of(10));
        site.put("small", content_of(10));
        site.far.claimed["/outbox/large"] = size;
        site.next_day();
        BOOST_TEST(site.far.fetched == Names{"small"}, boost::test_tools::per_element());
        BOOST_TEST(site.names_here("/lab/orders") == Names{"small"},
                   boost::test_tools::per_element());
        BOOST_TEST(site.shown("state") == "failing");
        BOOST_TEST(site.shown("why") ==
                   (size == ~std::uint64_t{0}
                        ? make_error_code(vault::vault_errc::too_large).message()
                        : "a file is larger than the room that is left here"));
    }
}

BOOST_AUTO_TEST_CASE(a_login_that_is_refused_in_the_midst_of_a_pull_is_the_targets_trouble) {
    PullingSite site;
    site.work_off();
    site.put("o1", content_of(10));
    site.far.fetches_fail = delivery_errc::login_refused;
    site.next_day();
    BOOST_TEST(site.shown("state") == "target down");
    BOOST_TEST(site.shown("why") == "the target refuses the login");
    site.far.fetches_fail = {};
    site.ask("pulls.run", {{"name", "orders"}});
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
    BOOST_TEST(site.shown("state") == "well");
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_put_back_keeps_no_pull_from_its_times) {
    PullingSite site;
    site.work_off();
    site.clock.advance(std::chrono::days(30));
    site.work_off();
    BOOST_TEST(site.far.connects == 1);
    site.clock.advance(-std::chrono::days(30));
    site.work_off();
    BOOST_TEST(site.far.connects == 1);
    site.put("o1", content_of(10));
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
}

BOOST_AUTO_TEST_CASE(a_cut_line_leaves_nothing_behind_and_is_made_good_soon) {
    PullingSite site;
    site.work_off();
    site.put("o1", content_of(10'000));
    site.far.cut_after_bytes = 3000;
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders").empty());
    BOOST_TEST(site.staged().empty());
    BOOST_TEST(site.told(ledger::Action::alarm_raised) == 1);
    site.far.cut_after_bytes = ~std::uint64_t{0};
    site.clock.advance(std::chrono::minutes(2));
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
    BOOST_TEST(site.told(ledger::Action::alarm_raised) == 2);  // mended
}

BOOST_AUTO_TEST_CASE(a_target_that_is_down_is_in_trouble_and_the_pull_stays_due) {
    PullingSite site;
    site.work_off();
    site.put("o1", content_of(10));
    site.far.refuses = delivery_errc::unreachable;
    site.next_day();
    site.far.refuses = {};
    site.clock.advance(std::chrono::minutes(1));
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
}

BOOST_AUTO_TEST_CASE(a_window_is_looked_into_every_few_minutes) {
    PullingSite site(pulls("keep", "daily 06:00-07:00 UTC"));
    site.work_off();
    BOOST_TEST(site.far.connects == 1);
    site.clock.advance(std::chrono::minutes(4));
    site.work_off();
    BOOST_TEST(site.far.connects == 1);
    site.clock.advance(std::chrono::minutes(1));
    site.work_off();
    BOOST_TEST(site.far.connects == 2);
    site.clock.advance(std::chrono::hours(2));
    site.work_off();
    BOOST_TEST(site.far.connects == 2);
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_runs_within_its_pause_and_keeps_its_last_time) {
    PullingSite site;
    site.work_off();
    site.next_day();
    const std::string last = site.shown("last");
    BOOST_TEST(last.starts_with("20"), last);
    site.put("o1", content_of(10'000));
    site.far.cut_after_bytes = 3000;
    site.next_day();
    BOOST_TEST(site.shown("state") == "failing");
    BOOST_TEST(site.shown("why") == "the connection was lost");
    BOOST_TEST(site.shown("last") == last);
    BOOST_TEST(site.shown("next") != "");
    site.far.cut_after_bytes = ~std::uint64_t{0};
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").empty());
    site.ask("pulls.run", {{"name", "orders"}});
    BOOST_TEST(site.shown("last") == last);
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
    BOOST_TEST(site.shown("state") == "well");
    BOOST_TEST(site.shown("why").empty());
    const int connects = site.far.connects;
    site.work_off();
    BOOST_TEST(site.far.connects == connects);
}

BOOST_AUTO_TEST_CASE(what_was_asked_for_and_fails_waits_before_it_is_tried_again) {
    PullingSite site;
    site.work_off();
    site.put("o1", content_of(10'000));
    site.far.cut_after_bytes = 3000;
    site.ask("pulls.run", {{"name", "orders"}});
    for (int round = 0; round < 3; ++round) site.work_off();
    BOOST_TEST(site.far.connects == 1);
    site.far.cut_after_bytes = ~std::uint64_t{0};
    site.clock.advance(std::chrono::minutes(2));
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_does_not_wait_for_a_target_that_was_down) {
    PullingSite site;
    site.work_off();
    site.put("o1", content_of(10));
    site.far.refuses = delivery_errc::unreachable;
    site.next_day();
    BOOST_TEST(site.shown("state") == "target down");
    BOOST_TEST(site.shown("why") == "the target cannot be reached");
    site.far.refuses = {};
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").empty());
    site.ask("pulls.run", {{"name", "orders"}});
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
}

BOOST_AUTO_TEST_CASE(another_policy_ends_the_pause_of_one_that_fails) {
    PullingSite site;
    site.work_off();
    site.put("o1", content_of(10'000));
    site.far.cut_after_bytes = 3000;
    site.next_day();
    site.far.cut_after_bytes = ~std::uint64_t{0};
    site.use_policy(depot_with(route, pulls() + "# mended\n"));
    site.work_off();
    BOOST_TEST(site.names_here("/lab/orders").size() == 1);
}

BOOST_AUTO_TEST_CASE(the_next_time_within_a_window_is_shown) {
    PullingSite site(pulls("keep", "daily 06:00-07:00 UTC"));
    site.work_off();
    const auto begun = site.clock.now();
    BOOST_TEST(site.shown("next") == desk::rfc3339(begun + desk::pull_interval));
    site.clock.advance(std::chrono::minutes(58));
    site.work_off();
    BOOST_TEST(site.shown("next") == desk::rfc3339(begun + std::chrono::days(1)));
}

BOOST_AUTO_TEST_CASE(those_that_were_due_first_go_first) {
    std::string rest = "targets:\n  his: {url: \"file:///srv/his\"}\npulls:\n";
    for (int number = 0; number < 6; ++number)
        rest += "  - {name: p" + std::to_string(number) + ", target: his, from_folder: /f" +
                std::to_string(number) + ", into: /lab/p" + std::to_string(number) + ", at: \"0 " +
                std::to_string(12 - number) + " * * * UTC\"}\n";
    PullingSite site(rest);
    site.work_off();
    for (int number = 0; number < 6; ++number) {
        const std::string name = "/f" + std::to_string(number) + "/o";
        site.far.files[name] = content_of(10);
        site.far.modified[name] = 1;
    }
    site.next_day();
    for (int number = 0; number < 6; ++number)
        BOOST_TEST(site.names_here("/lab/p" + std::to_string(number)).size() ==
                   (number < 2 ? 0 : 1));
    site.work_off();
    BOOST_TEST(site.names_here("/lab/p0").size() == 1);
}

BOOST_AUTO_TEST_CASE(a_folder_past_its_bound_is_told_of) {
    PullingSite site;
    site.work_off();
    for (std::size_t number = 0; number <= daemon::PullWorker::names_limit; ++number)
        site.put(std::to_string(number), {});
    site.next_day();
    BOOST_TEST(site.names_here("/lab/orders").empty());
    BOOST_TEST(site.told(ledger::Action::alarm_raised) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace consign::testing
