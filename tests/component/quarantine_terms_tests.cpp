// How long that is kept which was in quarantine, or waited for the virus scanner.
#include "desk/deposits/scan.hpp"
#include "retention_site.hpp"

using namespace consign;
using namespace consign::testing;

namespace {

namespace json = boost::json;

constexpr std::string_view classes =
    "classes:\n  report: {purpose: p, legal_basis: l, keep: 30 days}\n";
constexpr std::string_view holding_routes = R"(  - name: held
    when: {path: /drop/in/**, name: "*.odd"}
    class: report
    to: [{quarantine: nobody expects it}]
  - name: all
    when: {path: /drop/in/**}
    class: report
    to: [{copy: "/partner/out/{name}"}]
)";
constexpr std::string_view scanned_routes = R"(  - name: all
    when: {path: /drop/in/**}
    scan: {clamd: /run/clamav/clamd.ctl}
    class: report
    to: [{copy: "/partner/out/{name}"}]
)";

// Nothing has a class, and the messages are about somebody.
constexpr std::string_view scanned_without_class = R"(  - name: all
    when: {path: /drop/in/**, format: hl7}
    scan: {clamd: /run/clamav/clamd.ctl}
    to: [{tag: seen}]
    subject: {id: hl7.PID-3.1, authority: hl7.PID-3.4}
)";

struct Fixture {
    RetentionSite site{depot_with(holding_routes, classes)};
    Peer drop{site, "drop"};
    Peer partner{site, "partner"};

    std::vector<json::object> held() { return site.ask("quarantine.list").rows; }
    std::string held_id() {
        return std::string(std::string_view(held().at(0).at("id").as_string()));
    }
    std::string put_into_quarantine() {
        required(drop.put("/in/a.odd", content_of(1000)));
        return held_id();
    }
    void reject_only() {
        BOOST_TEST_REQUIRE(held().size() == 1U);
        (void)site.granted("quarantine.reject", {{"id", held()[0].at("id")}});
    }
    void hold_subject() {
        (void)site.granted("holds.add", {{"subject", "HNORD/1234"}, {"reason", "r"}});
    }
    /// What the virus scanner says of the only one that waits.
    void scanned(desk::ScanVerdict::Kind verdict) {
        const auto jobs = site.read([](Transaction& transaction) {
            return transaction.queue.list(queue::Kind::scan, 0, 10);
        });
        BOOST_TEST_REQUIRE(jobs.size() == 1U);
        const auto what = required(site.run(desk::unscanned_of(site.site(), jobs[0])));
        BOOST_TEST_REQUIRE(what.has_value());
        required(site.run(desk::settle_scan(site.site(), jobs[0], *what, {.kind = verdict})));
    }
    /// Held, with no name left; and gone once nothing holds it.
    void only_the_hold_keeps_it() {
        BOOST_TEST_REQUIRE(site.committed().size() == 1U);
        const auto retained = site.ask("files.retained").rows;
        BOOST_TEST_REQUIRE(retained.size() == 1U);
        BOOST_TEST(retained[0].at("kept_by").as_string() == "hold 1");
        BOOST_TEST(site.pass(days(2)) == 0U);
        (void)site.granted("holds.lift", {{"id", 1}});
        BOOST_TEST(site.pass(hours(2)) == 1U);
        BOOST_TEST(site.committed().empty());
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(quarantine_terms, Fixture)

BOOST_AUTO_TEST_CASE(what_is_in_quarantine_ends_with_its_term) {
    (void)put_into_quarantine();
    BOOST_TEST(site.pass(days(30)) == 0U);
    BOOST_TEST(held().size() == 1U);
    BOOST_TEST(site.pass(days(1)) == 1U);
    BOOST_TEST(held().empty());
    BOOST_TEST(site.committed().empty());
    BOOST_TEST(site.events(ledger::Action::destroyed).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_hold_keeps_it_there_past_its_term) {
    (void)put_into_quarantine();
    (void)site.granted("holds.add",
                       {{"account", "drop"}, {"reason", "a dispute"}, {"case", "2026-7"}});
    BOOST_TEST(site.pass(days(60)) == 0U);
    BOOST_TEST(held().size() == 1U);
    BOOST_TEST(site.committed().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_rejected_is_kept_to_its_term_without_a_name) {
    const std::string id = put_into_quarantine();
    (void)site.granted("quarantine.reject", {{"id", id}});
    BOOST_TEST(held().empty());
    BOOST_TEST(site.committed().size() == 1U);
    BOOST_TEST(site.pass(days(31)) == 1U);
    BOOST_TEST(site.committed().empty());
}

BOOST_AUTO_TEST_CASE(what_is_released_does_not_wait_for_a_pickup_from_quarantine) {
    const std::string id = put_into_quarantine();
    BOOST_TEST(!lives(site).at(0).collected_by_all.has_value());
    site.clock.advance(hours(1));
    (void)site.granted("quarantine.release", {{"id", id}});
    BOOST_TEST(!lives(site).at(0).collected_by_all.has_value());
    required(partner.get("/out/a.odd"));
    BOOST_TEST_REQUIRE(lives(site).size() == 1U);
    BOOST_TEST(lives(site)[0].collected_by_all.has_value());
    BOOST_TEST(site.only_term().why == "deposit + keep");
}

BOOST_AUTO_TEST_CASE(the_term_of_what_is_released_began_with_its_deposit) {
    const std::string id = put_into_quarantine();
    const Timestamp deposited = site.clock.now();
    BOOST_TEST(site.pass(days(20)) == 0U);
    (void)site.granted("quarantine.release", {{"id", id}});
    BOOST_TEST_REQUIRE(lives(site).size() == 1U);
    BOOST_TEST((lives(site)[0].deposited == deposited));
    // It came to lie there today, for whoever is to collect it.
    BOOST_TEST((entry_at(site, "/drop/in/a.odd")->created == site.clock.now()));
    BOOST_TEST(site.pass(days(9)) == 0U);
    BOOST_TEST(site.pass(days(2)) == 1U);
    BOOST_TEST(site.committed().empty());
}

BOOST_AUTO_TEST_CASE(to_release_is_no_activity_of_a_person) {
    // What holds it gives no class; the scanner sees it once it is released.
    const std::string_view held =
        "  - {name: held, when: {path: /drop/in/**, name: \"*.odd\"},"
        " to: [{quarantine: odd}]}\n";
    const std::string_view person = "    subject: {id: hl7.PID-3.1, authority: hl7.PID-3.4}\n";
    for (const bool is_scanned : {false, true}) {
        const std::string rest = is_scanned ? std::string(scanned_routes)
                                            : "  - name: all\n    when: {path: /drop/in/**}\n"
                                              "    class: report\n";
        site.use_policy(depot_with(std::string(held) + rest + std::string(person), classes));
        const std::string name = is_scanned ? "/in/b.odd" : "/in/a.odd";
        required(drop.put(name, message("BIOMED", is_scanned ? "77^^^HNORD" : "1234^^^HNORD")));
        const Timestamp deposited = site.clock.now();
        site.clock.advance(days(20));
        (void)site.granted("quarantine.release", {{"id", held_id()}});
        if (is_scanned) {
            site.clock.advance(hours(1));
            scanned({});
        }
        const auto known = lives(site).back();
        BOOST_TEST((known.deposited == deposited));
        BOOST_TEST_REQUIRE(known.subjects.size() == 1U);
        BOOST_TEST((known.subjects[0].last_activity == deposited));
    }
}

BOOST_AUTO_TEST_CASE(the_term_of_what_was_scanned_begins_with_its_deposit) {
    site.use_policy(depot_with(scanned_routes, classes));
    site.look();
    required(drop.put("/in/a.hl7", message()));
    const Timestamp deposited = site.clock.now();
    BOOST_TEST(lives(site).empty());
    // No class is known before the scan: nothing ends.
    BOOST_TEST(site.pass(days(20)) == 0U);
    scanned({});
    BOOST_TEST((required(partner.get("/out/a.hl7")) == message()));
    BOOST_TEST_REQUIRE(lives(site).size() == 1U);
    BOOST_TEST((lives(site)[0].deposited == deposited));
    BOOST_TEST(site.only_term().class_name == "report");
    BOOST_TEST(site.pass(days(9)) == 0U);
    BOOST_TEST(site.pass(days(2)) == 1U);
    BOOST_TEST(site.committed().empty());
}

BOOST_AUTO_TEST_CASE(what_is_put_away_unpassed_has_the_class_of_its_route) {
    site.use_policy(depot_with(scanned_routes, classes));
    site.look();
    required(drop.put("/in/a.hl7", message()));
    scanned(desk::ScanVerdict::Kind::infected);
    BOOST_TEST_REQUIRE(lives(site).size() == 1U);
    // So that a hold of later days finds it.
    hold_subject();
    reject_only();
    BOOST_TEST(site.pass(days(40)) == 0U);
    only_the_hold_keeps_it();
}

BOOST_AUTO_TEST_CASE(a_hold_on_a_person_binds_what_does_not_pass_the_scanner) {
    site.use_policy(depot_with(scanned_without_class, classes));
    hold_subject();
    required(drop.put("/in/other.hl7", message("BIOMED", "77^^^HNORD")));
    scanned(desk::ScanVerdict::Kind::too_large);
    reject_only();
    BOOST_TEST(site.committed().empty());
    required(drop.put("/in/a.hl7", message()));
    scanned(desk::ScanVerdict::Kind::too_large);
    reject_only();
    only_the_hold_keeps_it();
}

BOOST_AUTO_TEST_CASE(a_hold_of_the_time_between_deposit_and_scan_binds_it_too) {
    site.use_policy(depot_with(scanned_without_class, classes));
    required(drop.put("/in/a.hl7", message()));
    hold_subject();
    scanned(desk::ScanVerdict::Kind::infected);
    reject_only();
    only_the_hold_keeps_it();
}

BOOST_AUTO_TEST_CASE(a_hold_on_a_person_binds_what_waits_for_the_scanner) {
    site.use_policy(
        with_drop_granted(depot_with(scanned_without_class, classes), "upload, delete"));
    hold_subject();
    required(drop.put("/in/a.hl7", message()));
    required(drop.remove("/in/a.hl7"));
    const auto jobs = site.read(
        [](Transaction& transaction) { return transaction.queue.list(queue::Kind::scan, 0, 10); });
    BOOST_TEST_REQUIRE(jobs.size() == 1U);
    BOOST_TEST(!required(site.run(desk::unscanned_of(site.site(), jobs[0]))).has_value());
    only_the_hold_keeps_it();
}

BOOST_AUTO_TEST_CASE(a_hold_on_a_person_binds_what_has_a_temporary_name) {
    site.use_policy(
        with_drop_granted(depot_with(scanned_without_class, classes), "upload, delete"));
    hold_subject();
    required(drop.put("/in/a.hl7.tmp", message()));
    required(drop.remove("/in/a.hl7.tmp"));
    only_the_hold_keeps_it();
}

BOOST_AUTO_TEST_CASE(a_hold_on_a_person_binds_what_was_never_renamed) {
    site.use_policy(depot_with(scanned_without_class, classes));
    required(drop.put("/in/a.hl7.tmp", message()));
    hold_subject();
    (void)site.pass(days(2));
    site.look_after();
    reject_only();
    only_the_hold_keeps_it();
}

BOOST_AUTO_TEST_SUITE_END()
