// Classes at the desk: what has one outlives its names, and what its term depends on is kept.
#include "desk_routed_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

constexpr std::string_view classes =
    "classes:\n  report:\n    purpose: Reports\n"
    "    legal_basis: CSP L.1142-28\n    keep: 10 years\n";
std::string keeping(std::string_view actions,
                    std::string_view verbs = "upload, overwrite, rename, delete") {
    return with_drop_granted(
        depot_with("  - name: all\n    when: {path: /drop/in/**}\n    class: report\n    to: " +
                   std::string(actions) + "\n" + std::string(classes)),
        verbs);
}
constexpr std::string_view copying = "[{copy: \"/partner/out/{name}\"}]";

struct Fixture {
    DeskSite site{keeping(copying)};
    Peer drop{site, "drop"};
    Peer collector{site, "collector"};
    Peer partner{site, "partner"};
    const Bytes content = content_of(150'000);

    catalog::Life only_life() {
        const auto all = lives(site);
        BOOST_REQUIRE(all.size() == 1U);
        return all.front();
    }
    /// A download that ends before its last byte.
    void get_a_part(Peer& peer, std::string_view path) {
        const auto download = required(peer.collect(path));
        Bytes some(1000);
        std::array<desk::Download::Range, 1> ranges{{{0, some, 0}}};
        required(site.run(download->read(ranges)));
        download->served(0, ranges[0].count);
        site.run(download->finish(desk::Download::End::in_order));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_classes, Fixture)

BOOST_AUTO_TEST_CASE(a_deposit_gets_the_class_of_its_route_with_whom_it_is_about) {
    (void)site.new_events();
    required(drop.put("/in/a.hl7", message()));
    const auto life = only_life();
    BOOST_TEST(life.class_name == "report");
    BOOST_TEST(life.rule == site.rule("- name: all"));
    BOOST_TEST((life.deposited == site.clock.now()));
    BOOST_TEST_REQUIRE(life.subjects.size() == 1U);
    BOOST_TEST(life.subjects[0].subject.id == "1234");
    BOOST_TEST(life.subjects[0].subject.authority == "HNORD");
    BOOST_TEST(
        (life.subjects[0].subject.born == std::chrono::sys_days{std::chrono::year{1970} / 5 / 17}));
    const auto told = told_of_deposits(site);
    BOOST_TEST(std::ranges::count(told, "routed granted: class: report") == 1);
}

BOOST_AUTO_TEST_CASE(what_has_a_class_is_retained_unseen_however_its_names_end) {
    required(drop.put("/in/removed", content));
    required(drop.put("/in/overwritten", content));
    required(drop.put("/in/renamed_over", content));
    for (const auto* const name : {"/in/removed", "/in/overwritten", "/in/renamed_over"})
        required(collector.get(name));  // so that no stump is withdrawn
    site.use_policy(with_drop_granted(depot_with("  []\n"), "upload, overwrite, rename, delete"));
    required(drop.remove("/in/removed"));
    required(drop.put("/in/overwritten", Bytes(1)));
    required(drop.put("/in/new", Bytes(2)));
    required(drop.rename("/in/new", "/in/renamed_over", true));
    BOOST_TEST(site.usage("/drop/in").bytes == 3U);
    const auto kept = site.committed();
    BOOST_TEST(kept.size() == 5U);
    site.restart();
    BOOST_TEST(site.committed().size() == 5U);
    BOOST_TEST(lives(site).size() == 3U);
    for (const catalog::Life& life : lives(site))
        BOOST_TEST(site.vault().open(life.stream).has_value());
}

BOOST_AUTO_TEST_CASE(a_retained_file_is_not_visible_and_one_without_a_class_is_gone) {
    site.use_policy(with_drop_granted(depot_with("  - name: all\n    when: {path: /drop/in/**}\n"
                                                 "    class: report\n" +
                                                 std::string(classes)),
                                      "upload, delete"));
    Peer lab(site, "lab");
    required(drop.put("/in/kept", content));
    required(lab.put("/gone", content));
    BOOST_TEST(only_life().visible);
    required(drop.remove("/in/kept"));
    required(lab.remove("/gone"));
    BOOST_TEST(!only_life().visible);
    BOOST_TEST((site.committed() == std::vector{only_life().stream}));
    BOOST_TEST(error_of(collector.get("/in/kept")) == desk_errc::no_such_name);
}

BOOST_AUTO_TEST_CASE(all_of_it_by_somebody_else_is_a_pickup) {
    required(drop.put("/in/a", content));
    get_a_part(partner, "/out/a");
    BOOST_TEST(!only_life().last_pickup.has_value());
    site.clock.advance(std::chrono::hours(1));
    required(partner.get("/out/a"));
    BOOST_TEST((only_life().last_pickup == site.clock.now()));
    BOOST_TEST((only_life().collected_by_all == site.clock.now()));
}

BOOST_AUTO_TEST_CASE(a_download_that_broke_off_with_its_last_byte_is_no_pickup) {
    required(drop.put("/in/a", content));
    const auto download = required(partner.collect("/out/a"));
    download->served(0, content.size());
    site.run(download->finish(desk::Download::End::broken_off));
    BOOST_TEST(!only_life().last_pickup.has_value());
}

BOOST_AUTO_TEST_CASE(its_depositor_collects_nothing) {
    site.use_policy(keeping(copying, "upload, download"));
    required(drop.put("/in/a", content));
    required(drop.get("/in/a"));
    BOOST_TEST(!only_life().last_pickup.has_value());
}

BOOST_AUTO_TEST_CASE(everyone_has_collected_once_each_recipient_has_under_its_own_name) {
    site.use_policy(
        keeping("[{copy: \"/partner/out/{name}\"}, {copy: \"/partner/out/b/{name}\"}]"));
    required(drop.put("/in/a", content));
    required(partner.get("/out/a"));
    required(collector.get("/in/a"));  // a pickup, but by no recipient
    BOOST_TEST(!only_life().collected_by_all.has_value());
    site.clock.advance(std::chrono::hours(1));
    required(partner.get("/out/b/a"));
    BOOST_TEST((only_life().collected_by_all == site.clock.now()));
}

BOOST_AUTO_TEST_CASE(a_copy_that_could_not_be_made_is_a_recipient_that_has_not_collected) {
    site.use_policy(
        keeping("[{copy: \"/partner/out/{name}\"}, {copy: \"/partner/{name}{name}\"}]"));
    const std::string name(200, 'a');
    required(drop.put("/in/" + name, content));
    required(partner.get("/out/" + name));
    BOOST_TEST(only_life().last_pickup.has_value());
    BOOST_TEST(!only_life().collected_by_all.has_value());
}

BOOST_AUTO_TEST_CASE(where_no_route_gives_it_to_anybody_it_is_collected_where_it_lies) {
    site.use_policy(keeping("[{tag: local}]"));
    required(drop.put("/in/a", content));
    required(collector.get("/in/a"));
    BOOST_TEST(only_life().collected_by_all.has_value());
}

BOOST_AUTO_TEST_CASE(what_waits_gets_its_class_once_it_is_complete) {
    site.use_policy(
        depot_with("  - name: all\n    when: {path: /drop/in/**, name: \"*.hl7\"}\n"
                   "    complete_when: [ok_file]\n    class: report\n" +
                   std::string(classes)));
    required(drop.put("/in/a.hl7", message()));
    BOOST_TEST(lives(site).empty());
    site.clock.advance(std::chrono::seconds(1));
    required(drop.put("/in/a.hl7.ok", {}));
    BOOST_TEST(only_life().subjects.size() == 1U);
    BOOST_TEST((only_life().deposited == site.clock.now()));
}

BOOST_AUTO_TEST_CASE(what_is_quarantined_is_kept_as_long_as_its_class_says) {
    site.use_policy(keeping("[{quarantine: odd}]"));
    required(drop.put("/in/a.hl7", message()));
    BOOST_TEST(only_life().subjects.size() == 1U);
    BOOST_TEST(!only_life().collected_by_all.has_value());
}

// Something fails late in the transaction: of a deposit there is all, or nothing.
BOOST_AUTO_TEST_CASE(a_deposit_whose_subject_cannot_be_recorded_is_undone_whole) {
    required(drop.put("/in/a.hl7", message()));
    site.alter("UPDATE subjects SET facts = x'00'");
    const auto seen = site.committed().size();
    (void)site.new_events();
    BOOST_TEST(error_of(drop.put("/in/b.hl7", message())) == desk_errc::storage_failed);
    BOOST_TEST(!entry_at(site, "/drop/in/b.hl7").has_value());
    BOOST_TEST(!entry_at(site, "/partner/out/b.hl7").has_value());
    for (const auto& event : site.new_events()) {
        BOOST_TEST((event.action != ledger::Action::routed));
        if (event.action == ledger::Action::deposited)
            BOOST_TEST((event.outcome == ledger::Outcome::failed));
    }
    BOOST_TEST(site.committed().size() == seen + 1);  // as what an upload left, to be resumed
    BOOST_TEST(site.staged().size() == 1U);
    BOOST_TEST(required(drop.stat("/in/b.hl7")).size_bytes == message().size());
    // Another patient's is none the worse.
    required(drop.put("/in/c.hl7", message("BIOMED", "77^^^HNORD")));
    BOOST_TEST(partner.sees("/out/c.hl7"));
}

BOOST_AUTO_TEST_CASE(nothing_of_a_subject_is_found_on_the_disk) {
    required(drop.put("/in/a.hl7", message("BIOMED", "IDENTIFIER-OF-IT^^^AUTHORITY-OF-IT")));
    site.close();
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(site.data())) {
        if (!entry.is_regular_file()) continue;
        ++files;
        std::ifstream in(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        BOOST_TEST(!bytes.contains("IDENTIFIER-OF-IT"));
        BOOST_TEST(!bytes.contains("AUTHORITY-OF-IT"));
    }
    BOOST_TEST(files > 2U);
}

BOOST_AUTO_TEST_SUITE_END()
