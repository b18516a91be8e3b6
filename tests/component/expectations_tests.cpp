// What is expected, deadline by deadline, under a clock that is moved: across summer time, holidays
// and restarts.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "daemon/workers/expectations.hpp"
#include "desk/pickups/expected.hpp"
#include "desk/pickups/expected_verbs.hpp"
#include "desk/retention/clock_guard.hpp"
#include "desk_routed_site.hpp"

using namespace consign;
using namespace consign::testing;
using namespace std::chrono;

namespace {

std::string expecting(std::string_view rest) {
    return depot_with(
        "  - name: all\n    when: {path: /drop/in/**}\n    to: [{copy: \"/partner/out/{name}\"}]\n",
        std::string(rest) + "alerts:\n  ops: [{exec: /bin/true}]\n");
}
constexpr std::string_view morning_deposit =
    "deposits:\n  - {name: morning, account: drop, path: /in/**, days: Mon-Sat, holidays: "
    "[france], "
    "expect_by: \"07:30\", at_least: 2, alert: [ops]}\n";
constexpr std::string_view nightly_pickup =
    "pickups:\n  - {name: nightly, account: partner, path: /out/**, window: \"Mon-Fri "
    "02:00-04:00\", "
    "expect_by: \"04:30\", then: hide, alert: [ops]}\n";

class KeptRows final : public desk::RowSink {
  public:
    boost::asio::awaitable<Result<>> give(boost::json::object row) override {
        rows.push_back(std::move(row));
        co_return Result<>{};
    }
    std::vector<boost::json::object> rows;
};

struct Fixture {
    DeskSite site{expecting(morning_deposit)};
    std::optional<Peer> drop{std::in_place, site, "drop"};
    std::optional<Peer> partner{std::in_place, site, "partner"};
    const Bytes content = content_of(1000);

    void round() {
        boost::asio::io_context strand;
        daemon::Expectations worker(strand.get_executor(), site.site());
        (void)site.run(worker.round());
    }
    /// To a moment of UTC: the clock stands at 2026-11-24 06:00, a Tuesday.
    void at_time(sys_days day, minutes time) {
        const Timestamp moment = day + time;
        site.clock.advance(moment - site.clock.now());
    }
    void put(const std::string& name) { required(drop->put("/in/" + name, content)); }
    void restart() {
        drop.reset();
        partner.reset();
        site.restart();
        drop.emplace(site, "drop");
        partner.emplace(site, "partner");
    }
    /// Since the last time.
    std::vector<std::string> alarms() {
        std::vector<std::string> told;
        for (const auto& event : site.new_events())
            if (event.action == ledger::Action::alarm_raised)
                told.push_back(event.detail.substr(0, event.detail.find(", alarm ")));
        return told;
    }
    /// "TIME NAME: STATE FILES/WANTED", one for each line of a day's timetable.
    std::vector<std::string> timetable(std::string_view date) {
        KeptRows rows;
        const auto verbs = desk::expected_verbs(site.site());
        const auto answered = site.run(
            verbs.at("expected.list")({"root", boost::json::object{{"date", date}}, rows}));
        BOOST_REQUIRE(answered.has_value());
        std::vector<std::string> lines;
        for (const auto& row : rows.rows)
            lines.push_back(
                fmt::format("{} {}: {} {}/{}", std::string_view(row.at("time").as_string()),
                            std::string_view(row.at("name").as_string()),
                            std::string_view(row.at("state").as_string()),
                            row.at("files").to_number<int>(), row.at("wanted").to_number<int>()));
        return lines;
    }
    using Told = std::vector<std::string>;
};

constexpr sys_days tuesday = year{2026} / 11 / 24;
constexpr sys_days wednesday = tuesday + days{1};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(expectations_worker, Fixture)

BOOST_AUTO_TEST_CASE(a_deposit_is_due_then_on_time) {
    round();
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: due 0/2"});
    put("a");
    put("b");
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: on time 2/2"});
    at_time(tuesday, 7h + 30min);
    round();
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: on time 2/2"});
    BOOST_TEST(timetable("2026-11-25") == Told{"07:30 morning: due 0/2"});
    BOOST_TEST(alarms().empty());
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_told_once_and_once_when_it_came) {
    round();
    put("a");
    at_time(tuesday, 7h + 29min);
    round();
    BOOST_TEST(alarms().empty());
    at_time(tuesday, 7h + 30min);
    for (int minute = 0; minute < 5; ++minute) {
        round();
        site.clock.advance(1min);
    }
    BOOST_TEST(alarms() == Told{"deposit_missing raised, morning, expected 2, files 1"});
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: missing 1/2"});
    put("b");
    for (int minute = 0; minute < 5; ++minute) round();
    BOOST_TEST(alarms() == Told{"deposit_missing mended, morning, expected 2, files 2"});
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: late 2/2"});
    // The channel is told of both.
    const auto jobs = site.read([](Transaction& transaction) {
        return transaction.queue.list(queue::Kind::alert, 0, 100);
    });
    BOOST_TEST(jobs.size() == 2U);
    BOOST_TEST(jobs[0].work.find("/in/") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_file_is_one_however_often_it_is_closed) {
    site.use_policy(with_drop_granted(expecting(morning_deposit), "upload, overwrite, rename"));
    round();
    put("a");
    put("a");
    put("b.tmp");
    at_time(tuesday, 7h + 30min);
    round();
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: missing 1/2"});
    required(drop->rename("/in/b.tmp", "/in/b"));
    round();
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: late 2/2"});
}

BOOST_AUTO_TEST_CASE(what_failed_or_was_refused_was_not_brought) {
    round();
    put("a");
    const auto attempt = [&](ledger::Outcome outcome) {
        return [&, outcome](Transaction& transaction) -> Result<> {
            const auto appended = transaction.ledger.append({.time = site.clock.now(),
                                                             .action = ledger::Action::deposited,
                                                             .outcome = outcome,
                                                             .account = "drop",
                                                             .personal = {.path = "/drop/in/b"}});
            if (!appended) return failure(appended.error());
            return {};
        };
    };
    for (const auto outcome : {ledger::Outcome::failed, ledger::Outcome::refused})
        required(site.run(site.store().write(attempt(outcome))));
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: due 1/2"});
    required(site.run(site.store().write(attempt(ledger::Outcome::granted))));
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: on time 2/2"});
}

BOOST_AUTO_TEST_CASE(a_daemon_that_was_down_tells_once_at_its_start) {
    round();
    restart();
    (void)alarms();
    at_time(wednesday + days{1}, 12h);  // three deadlines later
    round();
    round();
    BOOST_TEST(alarms() ==
               Told{"deposit_missing raised, morning, deadlines 3, expected 2, files 0"});
    BOOST_TEST(timetable("2026-11-25") == Told{"07:30 morning: missing 0/2"});
    restart();
    round();
    BOOST_TEST(alarms().empty());
}

BOOST_AUTO_TEST_CASE(what_was_due_before_it_was_known_is_nobodys) {
    at_time(tuesday, 12h);
    round();
    BOOST_TEST(alarms().empty());
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: not watched 0/2"});
}

BOOST_AUTO_TEST_CASE(on_a_holiday_and_on_sundays_nothing_is_expected) {
    at_time(year{2026} / 12 / 24, 8h);
    round();
    at_time(year{2026} / 12 / 26, 7h);  // behind Christmas, a Friday
    put("a");
    put("b");
    round();
    BOOST_TEST(timetable("2026-12-25").empty());
    at_time(year{2026} / 12 / 27, 12h);
    round();
    BOOST_TEST(alarms().empty());
    BOOST_TEST(timetable("2026-12-26") == Told{"07:30 morning: on time 2/2"});
    BOOST_TEST(timetable("2026-12-27").empty());
}

BOOST_AUTO_TEST_CASE(summer_time_skips_and_repeats_no_deadline) {
    site.use_policy(expecting(
        "deposits:\n  - {name: early, account: drop, path: /in/**, expect_by: \"02:30\"}\n"));
    // The zone of the depot is UTC: a window's zone is the pickup's.
    site.use_policy(expecting(
        "pickups:\n  - {name: early, account: partner, path: /out/**, window: \"daily 01:00-02:30 "
        "Europe/Paris\", expect_by: \"02:30\"}\n"));
    const auto deadlines = [&](std::string_view date) { return timetable(date).size(); };
    // 2027-03-28: 02:00 becomes 03:00, and 02:30 is 03:00, which is 01:00 UTC.
    BOOST_TEST(timetable("2027-03-28") == Told{"01:00 early: due 0/0"});
    // 2026-10-25 had 02:30 twice, at 00:30 and 01:30 UTC; the next such day is 2027-10-31.
    BOOST_TEST(timetable("2027-10-31") == Told{"00:30 early: due 0/0"});
    BOOST_TEST(deadlines("2027-10-30") + deadlines("2027-11-01") == 2U);
    at_time(year{2027} / 3 / 27, 12h);
    round();
    put("a");
    at_time(year{2027} / 3 / 28, 0h + 59min);
    round();
    BOOST_TEST(alarms().empty());
    at_time(year{2027} / 3 / 28, 1h);
    round();
    BOOST_TEST(alarms() == Told{"pickup_missing raised, early, uncollected 1"});
}

BOOST_AUTO_TEST_CASE(a_pickup_is_missing_where_something_lay_there) {
    site.use_policy(expecting(nightly_pickup));
    round();
    at_time(wednesday, 4h + 30min);
    round();
    BOOST_TEST(alarms().empty());
    BOOST_TEST(timetable("2026-11-25") == Told{"04:30 nightly: on time 0/0"});
    put("a");
    put("b");
    // In the middle of the window, the daemon dies.
    at_time(wednesday + days{1}, 3h);
    restart();
    round();
    required(partner->get("/out/a"));
    at_time(wednesday + days{1}, 4h + 10min);
    put("c");  // nobody could collect it any more
    BOOST_TEST(timetable("2026-11-26") == Told{"04:30 nightly: due 1/0"});
    at_time(wednesday + days{1}, 4h + 30min);
    round();
    round();
    BOOST_TEST(alarms() == Told{"pickup_missing raised, nightly, uncollected 1"});
    BOOST_TEST(timetable("2026-11-26") == Told{"04:30 nightly: missing 1/0"});
    at_time(wednesday + days{2}, 2h);
    required(partner->get("/out/b"));
    round();
    round();
    BOOST_TEST(alarms() == Told{"pickup_missing mended, nightly, uncollected 0"});
    BOOST_TEST(timetable("2026-11-26") == Told{"04:30 nightly: late 0/0"});
    at_time(wednesday + days{2}, 5h);
    round();
    BOOST_TEST(alarms() == Told{"pickup_missing raised, nightly, uncollected 1"});
}

BOOST_AUTO_TEST_CASE(what_an_earlier_pickup_speaks_of_is_not_missed_by_a_later_one) {
    std::string pickups(nightly_pickup);
    pickups.insert(pickups.find("  - "),
                   "  - {name: urgent, account: partner, path: \"/out/urgent-*\"}\n");
    site.use_policy(expecting(pickups));
    round();
    put("urgent-a");
    at_time(wednesday, 4h + 30min);
    round();
    BOOST_TEST(alarms().empty());
    BOOST_TEST(timetable("2026-11-25") == Told{"04:30 nightly: on time 0/0"});
    put("a");
    at_time(wednesday + days{1}, 4h + 30min);
    round();
    BOOST_TEST(alarms() == Told{"pickup_missing raised, nightly, uncollected 1"});
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_judges_nothing_twice) {
    round();
    at_time(wednesday, 8h);
    round();
    BOOST_TEST(alarms().size() == 1U);
    at_time(tuesday, 8h);
    round();
    at_time(wednesday, 8h);
    round();
    BOOST_TEST(alarms().empty());
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_not_believed_judges_nothing) {
    BOOST_TEST(required(site.run(desk::believe_clock(site.site()))));
    round();
    at_time(year{2027} / 11 / 24, 8h);
    round();
    BOOST_TEST(alarms().empty());
    at_time(tuesday, 7h);
    round();
    at_time(tuesday, 8h);
    round();
    BOOST_TEST(alarms() == Told{"deposit_missing raised, morning, expected 2, files 0"});
    BOOST_TEST(timetable("2027-11-24") == Told{"07:30 morning: due 0/2"});
}

BOOST_AUTO_TEST_CASE(what_a_clock_that_was_ahead_had_judged_is_dropped) {
    round();
    at_time(wednesday + days{2}, 8h);
    round();
    BOOST_TEST(alarms().size() == 1U);
    at_time(tuesday, 7h);
    round();
    std::vector<std::string> dropped;
    for (const auto& event : site.new_events())
        if (event.action == ledger::Action::clock_guarded)
            dropped.push_back(event.account + ": " + event.detail);
    BOOST_TEST(dropped == Told{"system:expectations: 4 judgements of deadlines that are yet to "
                               "come were dropped: the clock was ahead"});
    put("a");
    put("b");
    at_time(tuesday, 8h);
    round();
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: on time 2/2"});
    at_time(wednesday, 8h);
    round();
    BOOST_TEST(alarms() == Told{"deposit_missing raised, morning, expected 2, files 0"});
}

BOOST_AUTO_TEST_CASE(a_deposit_is_asked_for_until_the_next_deadline_and_no_more) {
    const auto asked = [&] {
        return site
            .read([&](Transaction& transaction) {
                return transaction.expectations.missing(site.clock.now() - days{31},
                                                        site.clock.now(), 100);
            })
            .size();
    };
    round();
    at_time(tuesday, 8h);
    round();
    BOOST_TEST(asked() == 1U);
    at_time(wednesday, 8h);
    round();
    BOOST_TEST(asked() == 1U);
    // It comes just before the next deadline, and nobody looks in between.
    at_time(wednesday + days{1}, 7h + 29min);
    put("a");
    put("b");
    at_time(wednesday + days{1}, 8h);
    round();
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: missing 0/2"});
    BOOST_TEST(timetable("2026-11-25") == Told{"07:30 morning: late 2/2"});
    BOOST_TEST(timetable("2026-11-26") == Told{"07:30 morning: on time 2/2"});
    BOOST_TEST(asked() == 0U);
}

BOOST_AUTO_TEST_CASE(what_came_behind_a_deadline_that_nobody_judged_yet_is_late) {
    round();
    at_time(tuesday, 12h);
    put("a");
    put("b");
    at_time(wednesday, 12h);
    round();
    BOOST_TEST(timetable("2026-11-24") == Told{"07:30 morning: late 2/2"});
    BOOST_TEST(timetable("2026-11-25") == Told{"07:30 morning: on time 2/2"});
    BOOST_TEST(alarms().empty());
}

BOOST_AUTO_TEST_CASE(folders_that_cannot_all_be_looked_through_are_no_verdict) {
    site.use_policy(expecting(nightly_pickup));
    put("a");
    const auto policy = site.site().policy.current();
    const auto all = desk::expected_of(*policy);
    const auto count = [&](std::size_t folders) {
        return site.run(desk::count_files(site.site(), *policy, all.at(0),
                                          {Timestamp{}, site.clock.now()}, folders));
    };
    BOOST_TEST(required(count(2)) == 1U);
    BOOST_TEST(error_of(count(1)) == std::make_error_code(std::errc::value_too_large));
}

BOOST_AUTO_TEST_SUITE_END()
