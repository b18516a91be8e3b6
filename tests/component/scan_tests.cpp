// Deposits that go to the virus scanner first, with its words put into its mouth.
#include <boost/json.hpp>

#include "daemon/workers/clamd.hpp"
#include "desk/deliveries/job_verbs.hpp"
#include "desk/deposits/quarantine_verbs.hpp"
#include "desk/deposits/scan.hpp"
#include "desk_routed_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;
using Verdict = desk::ScanVerdict::Kind;

namespace {

namespace json = boost::json;
namespace asio = boost::asio;

constexpr std::string_view scanned_routes = R"(  - name: paired
    when: {path: /drop/in/**, name: "paired-*"}
    complete_when: [ok_file]
    scan: {clamd: /run/clamav/clamd.ctl}
    to: [{copy: "/partner/out/{name}"}]
  - name: scanned
    when: {path: /drop/in/**, name: "*.hl7"}
    scan: {clamd: /run/clamav/clamd.ctl}
    to: [{copy: "/partner/out/{name}"}]
    alert: ward
)";
constexpr std::string_view alerts = "alerts:\n  ward: [{exec: /bin/true}]\n";

class NoRows final : public desk::RowSink {
  public:
    asio::awaitable<Result<>> give(json::object) override { co_return Result<>{}; }
};

struct Fixture {
    DeskSite site{depot_with(scanned_routes, alerts)};
    Peer drop{site, "drop"};
    Peer collector{site, "collector"};
    Peer rival{site, "rival"};
    Peer partner{site, "partner"};
    const Bytes content = content_of(100'000);

    std::vector<queue::Job> waiting(queue::Kind kind = queue::Kind::scan) {
        return site.read(
            [&](Transaction& transaction) { return transaction.queue.list(kind, 0, 100); });
    }
    /// Of the job that was made first.
    Result<> say(Verdict verdict, std::string signature = {}) {
        const auto job = waiting().at(0);
        auto what = required(site.run(desk::unscanned_of(site.site(), job)));
        if (!what) return {};
        BOOST_TEST(what->is_asked_for == (verdict != Verdict::not_asked));
        return site.run(desk::settle_scan(site.site(), job, std::move(*what),
                                          {.kind = verdict, .signature = std::move(signature)}));
    }
    desk::Answered ask(desk::VerbTable verbs, std::string_view verb, json::object arguments) {
        NoRows rows;
        return site.run(verbs.find(verb)->second(
            {.administrator = "anne", .arguments = std::move(arguments), .rows = rows}));
    }
    std::size_t alarms(std::string_view word) {
        std::size_t count = 0;
        for (const ledger::Event& event : site.new_events())
            if (event.action == ledger::Action::alarm_raised && event.detail.contains(word))
                ++count;
        return count;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(scan, Fixture)

BOOST_AUTO_TEST_CASE(before_it_is_scanned_a_deposit_is_its_depositors_to_see_alone) {
    required(drop.put("/in/a.hl7", content));
    BOOST_TEST(drop.sees("/in/a.hl7"));
    for (Peer* const other : {&collector, &rival}) {
        BOOST_TEST(!other->sees("/in/a.hl7"));
        BOOST_TEST(!other->get("/in/a.hl7").has_value());
    }
    BOOST_TEST(!partner.sees("/out/a.hl7"));
    BOOST_TEST(error_of(rival.put("/in/a.hl7", content)) == desk_errc::already_there);
    (void)site.new_events();
    required(say(Verdict::clean));
    // Of the first event of its deposit, nothing that is expected is counted.
    const auto told = told_of_deposits(site);
    BOOST_TEST_REQUIRE(told.size() == 4U);  // the last is the alarm of its route
    BOOST_TEST(told[0] == "scanned granted: clean");
    BOOST_TEST(told[1] == "deposited granted: clean");
    BOOST_TEST(told[2] == "routed granted: copy");
    BOOST_TEST((required(collector.get("/in/a.hl7")) == content));
    BOOST_TEST((required(partner.get("/out/a.hl7")) == content));
    BOOST_TEST(waiting().empty());
}

BOOST_AUTO_TEST_CASE(what_no_scanning_route_takes_is_not_held) {
    required(drop.put("/in/a.txt", content));
    BOOST_TEST(waiting().empty());
    BOOST_TEST(collector.sees("/in/a.txt"));
}

BOOST_AUTO_TEST_CASE(what_is_infected_goes_into_quarantine_and_is_told_once) {
    required(drop.put("/in/a.hl7", content));
    (void)site.new_events();
    required(say(Verdict::infected, "Eicar-Test.UNOFFICIAL"));
    const auto events = site.new_events();
    BOOST_TEST((events.at(0).action == ledger::Action::scanned));
    BOOST_TEST((events[0].outcome == ledger::Outcome::failed));
    BOOST_TEST(events[0].detail == "infected: Eicar-Test.UNOFFICIAL");
    BOOST_TEST((events.at(1).action == ledger::Action::quarantined));
    BOOST_TEST(waiting(queue::Kind::alert).size() == 1U);
    // Its depositor finds it a while, as what a route moved, and has it no more.
    BOOST_TEST(required(drop.stat("/in/a.hl7")).size_bytes == content.size());
    BOOST_TEST(!drop.get("/in/a.hl7").has_value());
    BOOST_TEST(!collector.sees("/in/a.hl7"));
    BOOST_TEST(!partner.sees("/out/a.hl7"));
    BOOST_TEST(waiting().empty());
    // An administrator who releases it answers for it.
    const Id stream = events[0].stream;
    BOOST_TEST(
        ask(desk::quarantine_verbs(site.site()), "quarantine.release", {{"id", stream.hex()}})
            .has_value());
    BOOST_TEST(waiting().empty());
    BOOST_TEST((required(partner.get("/out/a.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(what_is_too_large_to_scan_does_not_pass) {
    required(drop.put("/in/a.hl7", content));
    required(say(Verdict::too_large));
    BOOST_TEST(!partner.sees("/out/a.hl7"));
    BOOST_TEST(!collector.sees("/in/a.hl7"));
}

BOOST_AUTO_TEST_CASE(a_sidecars_name_does_not_lead_around_the_scanner) {
    required(drop.put("/in/a.hl7.ok", content));
    BOOST_TEST(waiting().size() == 1U);
    BOOST_TEST(!collector.sees("/in/a.hl7.ok"));
    required(say(Verdict::infected));
    BOOST_TEST(!collector.sees("/in/a.hl7.ok"));
}

BOOST_AUTO_TEST_CASE(a_file_that_its_sidecar_completes_is_scanned_as_its_sidecar_is) {
    required(drop.put("/in/paired-a", content));
    required(drop.put("/in/paired-a.ok", {}));
    // The sidecar says nothing before it is clean; then the file is no deposit before it is.
    while (!waiting().empty()) {
        BOOST_TEST(!partner.sees("/out/paired-a"));
        BOOST_TEST(!collector.sees("/in/paired-a"));
        required(say(Verdict::clean));
    }
    BOOST_TEST((required(partner.get("/out/paired-a")) == content));
}

BOOST_AUTO_TEST_CASE(what_is_released_as_it_is_goes_to_the_scanner_and_waits_no_more) {
    required(drop.put("/in/paired-a", content));
    const Id stream = entry_at(site, "/drop/in/paired-a")->file->stream;
    const auto released =
        ask(desk::quarantine_verbs(site.site()), "quarantine.release", {{"id", stream.hex()}});
    BOOST_TEST_REQUIRE(released.has_value(), (released ? "" : released.error()));
    BOOST_TEST(std::string_view(released->at("state").as_string()) ==
               "waits for the virus scanner");
    BOOST_TEST(!partner.sees("/out/paired-a"));
    BOOST_TEST(!collector.sees("/in/paired-a"));
    required(say(Verdict::clean));
    BOOST_TEST((required(partner.get("/out/paired-a")) == content));
    BOOST_TEST((required(collector.get("/in/paired-a")) == content));
}

BOOST_AUTO_TEST_CASE(a_file_that_waits_is_not_completed_past_the_scanner) {
    required(drop.put("/in/paired-a", content));
    required(drop.put("/in/paired-a.ok", {}));
    for (int scans = 0; !waiting().empty() && scans < 10; ++scans) {
        const auto job = waiting().at(0);
        const auto what = required(site.run(desk::unscanned_of(site.site(), job)));
        BOOST_TEST_REQUIRE(what.has_value());
        const bool is_file = what->offer.whole == at("/drop/in/paired-a");
        required(say(is_file ? Verdict::infected : Verdict::clean));
    }
    BOOST_TEST(!partner.sees("/out/paired-a"));
    BOOST_TEST(!collector.sees("/in/paired-a"));
}

BOOST_AUTO_TEST_CASE(the_rename_of_a_temporary_name_leads_to_the_scanner) {
    required(drop.put("/in/a.part", content));
    BOOST_TEST(waiting().empty());
    (void)site.new_events();
    required(drop.rename("/in/a.part", "/in/a.hl7"));
    BOOST_TEST(waiting().size() == 1U);
    // Not one that is expected: that is what comes back from the scanner.
    const std::string waits = "deposited granted: waits for the virus scanner";
    BOOST_TEST(std::ranges::count(told_of_deposits(site), waits) == 1);
    BOOST_TEST(!partner.sees("/out/a.hl7"));
    required(say(Verdict::clean));
    BOOST_TEST(partner.sees("/out/a.hl7"));
}

BOOST_AUTO_TEST_CASE(what_its_depositor_takes_back_is_gone_and_its_job_ends) {
    site.use_policy(with_drop_granted(depot_with(scanned_routes, alerts), "upload, delete"));
    required(drop.put("/in/a.hl7", content));
    required(drop.remove("/in/a.hl7"));
    required(say(Verdict::clean));
    BOOST_TEST(waiting().empty());
    BOOST_TEST(site.committed().empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_was_never_scanned_is_not_released_past_the_scanner) {
    site.use_policy(
        depot_with("  - {name: held, when: {path: /drop/in/**}, to: [{quarantine: x}]}\n", alerts));
    required(drop.put("/in/a.hl7", content));
    const Id stream = site.new_events().back().stream;
    site.use_policy(depot_with(scanned_routes, alerts));
    BOOST_TEST(
        ask(desk::quarantine_verbs(site.site()), "quarantine.release", {{"id", stream.hex()}})
            .has_value());
    BOOST_TEST(!partner.sees("/out/a.hl7"));
    required(say(Verdict::infected));
    BOOST_TEST(!partner.sees("/out/a.hl7"));
}

BOOST_AUTO_TEST_CASE(a_policy_that_asks_for_no_scanner_any_more_lets_it_pass) {
    required(drop.put("/in/a.hl7", content));
    site.use_policy(depot);
    required(say(Verdict::not_asked));
    BOOST_TEST(partner.sees("/out/a.hl7"));
}

BOOST_AUTO_TEST_CASE(what_an_account_left_behind_that_is_no_longer_in_the_policy_does_not_pass) {
    for (const auto verdict : {Verdict::not_asked, Verdict::clean}) {
        const bool is_site_wide = verdict == Verdict::clean;
        const std::string name = is_site_wide ? "b.hl7" : "a.hl7";
        required(drop.put("/in/" + name, content));
        const Id stream = entry_at(site, "/drop/in/" + name)->file->stream;
        std::string without = depot_with(scanned_routes, alerts);
        without.replace(without.find("  drop:"), 7, "  drip:");
        site.use_policy(without);
        if (is_site_wide) {
            auto scanning = std::make_shared<policy::Policy>(*site.site().policy.current());
            scanning->scan.emplace();
            site.site().policy.replace(std::move(scanning));
        }
        (void)site.new_events();
        required(say(verdict));
        BOOST_TEST(waiting().empty());
        BOOST_TEST(!collector.sees("/in/" + name));
        BOOST_TEST(alarms("withdrawn_deposit") == 1U);
        // With its account back it goes the way of a deposit, the scanner included.
        site.use_policy(depot_with(scanned_routes, alerts));
        const json::object id{{"id", stream.hex()}};
        BOOST_TEST(ask(desk::quarantine_verbs(site.site()), "quarantine.release", id).has_value());
        BOOST_TEST(waiting().size() == (is_site_wide ? 0U : 1U));
        if (!is_site_wide) required(say(Verdict::clean));
        BOOST_TEST((required(partner.get("/out/" + name)) == content));
    }
}

BOOST_AUTO_TEST_CASE(what_an_account_left_behind_is_asked_every_rule_when_it_is_released) {
    required(drop.put("/in/a.hl7", content));
    const Id stream = entry_at(site, "/drop/in/a.hl7")->file->stream;
    std::string without = depot_with(scanned_routes, alerts);
    without.replace(without.find("  drop:"), 7, "  drip:");
    site.use_policy(without);
    required(say(Verdict::not_asked));
    const std::string put_away =
        "  - {name: odd, when: {path: /drop/in/**}, to: [{quarantine: odd}]}\n";
    site.use_policy(depot_with(put_away + std::string(scanned_routes), alerts));
    const json::object id{{"id", stream.hex()}};
    BOOST_TEST(ask(desk::quarantine_verbs(site.site()), "quarantine.release", id).has_value());
    BOOST_TEST(waiting().empty());
    BOOST_TEST(!collector.sees("/in/a.hl7"));
    BOOST_TEST(!partner.sees("/out/a.hl7"));
}

BOOST_AUTO_TEST_CASE(a_scan_is_not_cancelled_and_what_waits_for_it_can_be_rejected) {
    required(drop.put("/in/a.hl7", content));
    const auto job = waiting().at(0);
    BOOST_TEST(!ask(desk::job_verbs(site.site()), "jobs.cancel", {{"id", job.id}}).has_value());
    const auto entry = entry_at(site, "/drop/in/a.hl7");
    const json::object id{{"id", entry->file->stream.hex()}};
    BOOST_TEST(!ask(desk::quarantine_verbs(site.site()), "quarantine.release", id).has_value());
    BOOST_TEST(ask(desk::quarantine_verbs(site.site()), "quarantine.reject", id).has_value());
    BOOST_TEST(waiting().empty());
    BOOST_TEST(site.committed().empty());
}

BOOST_AUTO_TEST_CASE(a_scanner_that_is_gone_is_told_once_and_once_when_it_is_back) {
    required(drop.put("/in/a.hl7", content));
    required(drop.put("/in/b.hl7", content));
    (void)site.new_events();
    for (int attempt = 0; attempt < 3; ++attempt)
        for (const queue::Job& job : waiting())
            required(site.run(desk::wait_for_scanner(site.site(), job.id, "/run/clamav/clamd.ctl",
                                                     site.clock.now() + std::chrono::seconds(5))));
    BOOST_TEST(alarms("scanner_gone raised") == 1U);
    BOOST_TEST(waiting().at(0).attempts == 0U);
    required(say(Verdict::clean));
    required(say(Verdict::clean));
    BOOST_TEST(alarms("scanner_gone mended") == 1U);
}

BOOST_AUTO_TEST_CASE(clamds_words_are_taken_apart) {
    using Kind = daemon::ClamdAnswer::Kind;
    const auto kind = [](std::string_view text) { return daemon::parse_clamd_answer(text).kind; };
    BOOST_TEST((kind("stream: OK") == Kind::clean));
    BOOST_TEST((kind("stream: Eicar.UNOFFICIAL FOUND") == Kind::infected));
    BOOST_TEST(daemon::parse_clamd_answer("stream: Eicar FOUND").signature == "Eicar");
    BOOST_TEST((kind("INSTREAM size limit exceeded. ERROR") == Kind::too_large));
    BOOST_TEST((kind("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND") == Kind::too_large));
    for (const char* const other :
         {"", "OK", "stream: OK ", "stream:  FOUND", "stream: x ERROR", "other: OK", "FOUND"})
        BOOST_TEST((kind(other) != Kind::clean), other);
    BOOST_TEST(desk::signature_told("Win.Test-1_a") == "Win.Test-1_a");
    BOOST_TEST(desk::signature_told("DOE^JOHN") == "a signature");
    BOOST_TEST(desk::signature_told(std::string(65, 'a')) == "a signature");
}

BOOST_AUTO_TEST_SUITE_END()
