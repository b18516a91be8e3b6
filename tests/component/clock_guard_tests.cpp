// A clock that cannot be right destroys nothing.
#include "retention_site.hpp"

using namespace consign;
using namespace consign::testing;
using ledger::Action;

namespace {

struct Fixture {
    RetentionSite site;
    Peer drop{site, "drop"};

    Fixture() { required(drop.put("/in/a.hl7", message())); }
};

struct Restarted : RetentionSite {
    Restarted() {
        Peer drop(*this, "drop");
        required(drop.put("/in/a.hl7", message()));
        look();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(clock_guard, Fixture)

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_ahead_destroys_nothing_until_it_is_confirmed) {
    site.clock.advance(days(40));
    BOOST_TEST(site.look().clock_is_doubted);
    BOOST_TEST(site.look().clock_is_doubted);
    BOOST_TEST(site.committed().size() == 1U);
    BOOST_TEST(site.events(Action::clock_guarded).size() == 1U);
    BOOST_TEST(site.events(Action::alarm_raised).size() == 1U);
    const auto refused = site.ask("retention.run");
    BOOST_TEST_REQUIRE(!refused.end.has_value());
    BOOST_TEST(refused.end.error().contains("confirm-clock"));
    BOOST_TEST(!site.granted("retention.plan").at("clock_believed").as_bool());

    const auto confirmed = site.granted("retention.confirm_clock");
    BOOST_TEST(confirmed.at("time").as_string() == desk::rfc3339(site.clock.now()));
    const auto told = site.events(Action::clock_guarded);
    BOOST_TEST_REQUIRE(told.size() == 2U);
    BOOST_TEST(told[1].account == "admin:root");
    BOOST_TEST(told[1].detail == "confirmed: it is " + desk::rfc3339(site.clock.now()));
    BOOST_TEST(site.events(Action::alarm_raised).size() == 2U);
    BOOST_TEST(site.look().destroyed == 1U);
}

BOOST_AUTO_TEST_CASE(deposits_under_the_wrong_clock_prove_nothing) {
    site.clock.advance(days(40));
    BOOST_TEST(site.look().clock_is_doubted);
    required(drop.put("/in/b.hl7", message()));
    BOOST_TEST(site.look().clock_is_doubted);
    BOOST_TEST(site.committed().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_put_right_is_believed_again) {
    site.clock.advance(days(40));
    BOOST_TEST(site.look().clock_is_doubted);
    site.clock.advance(-days(39));
    BOOST_TEST(!site.look().clock_is_doubted);
    BOOST_TEST((site.events(Action::clock_guarded).back().outcome == ledger::Outcome::granted));
    BOOST_TEST(site.pass(days(30)) == 1U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_stands_before_what_was_seen_destroys_nothing) {
    site.clock.advance(-hours(1));
    BOOST_TEST(site.look().clock_is_doubted);
    site.clock.advance(hours(2));
    BOOST_TEST(!site.look().clock_is_doubted);
    // A correction by seconds is only waited for: no alarm.
    const auto alarms = site.events(Action::alarm_raised).size();
    site.clock.advance(-std::chrono::seconds(3));
    BOOST_TEST(site.look().clock_is_doubted);
    BOOST_TEST(site.events(Action::alarm_raised).size() == alarms);
    site.clock.advance(std::chrono::seconds(3));
    BOOST_TEST(!site.look().clock_is_doubted);
}

BOOST_FIXTURE_TEST_CASE(a_restart_is_no_sign_of_the_time, Restarted) {
    close();
    clock.advance(days(40));
    restart();
    BOOST_TEST(look().clock_is_doubted);
    restart();
    BOOST_TEST(look().clock_is_doubted);
    BOOST_TEST(committed().size() == 1U);
    (void)granted("retention.confirm_clock");
    BOOST_TEST(look().destroyed == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
