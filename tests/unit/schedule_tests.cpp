#include <boost/test/unit_test.hpp>

#include "policy/calendar/schedule.hpp"

using namespace consign;
using namespace consign::policy;
using namespace std::chrono;

namespace {

Timestamp utc(int y, unsigned m, unsigned d, int hour, int minute) {
    return sys_days(year(y) / month(m) / day(d)) + hours(hour) + minutes(minute);
}
Schedule schedule_of(std::initializer_list<const char*> texts) {
    Schedule schedule;
    for (const char* text : texts)
        schedule.push_back(parse_schedule_entry(text, "Europe/Paris").value());
    return schedule;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schedule)

BOOST_AUTO_TEST_CASE(holds_windows_instants_and_cron) {
    const Schedule schedule = schedule_of(
        {"Mon-Sat 22:00-04:00", "Mon-Sat 06:00 UTC", "0 6 * * Mon-Sat", "0 6 * * 1 UTC"});
    BOOST_TEST((std::get<Window>(schedule[0]).closes == hours(4)));
    BOOST_TEST(!std::get<Window>(schedule[1]).closes.has_value());
    BOOST_TEST(std::get<Cron>(schedule[2]).zone == "Europe/Paris");
    BOOST_TEST(std::get<Cron>(schedule[3]).zone == "UTC");
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_what_was_meant) {
    BOOST_TEST(parse_schedule_entry("0 25 * * Mon", "UTC").error() ==
               "hour `25` is not from 0 to 23");
    BOOST_TEST(parse_schedule_entry("Mon 6:00", "UTC").error() ==
               "expected a time of day such as `07:30`, found `6:00`");
}

BOOST_AUTO_TEST_CASE(an_instant_and_its_cron_are_the_same) {
    for (const int y : {2026, 2046}) {
        Timestamp at = utc(y, 1, 1, 0, 0);
        for (int count = 0; count < 330; ++count) {
            const auto window = next(schedule_of({"Mon-Sat 02:30"}), at);
            BOOST_REQUIRE((window == next(schedule_of({"30 2 * * Mon-Sat"}), at)));
            at = window->opens;
        }
    }
}

BOOST_AUTO_TEST_CASE(is_open_while_one_of_its_windows_is) {
    const Schedule schedule =
        schedule_of({"Mon-Fri 08:00-12:00", "Sat 22:00-04:00", "* * * * Sun UTC"});
    BOOST_TEST(is_open(schedule, utc(2026, 1, 5, 7, 0)));
    BOOST_TEST(!is_open(schedule, utc(2026, 1, 5, 11, 0)));
    BOOST_TEST(is_open(schedule, utc(2026, 1, 4, 2, 0)));
    BOOST_TEST(!is_open(schedule, utc(2026, 1, 4, 12, 0)));  // cron is instants alone
    BOOST_TEST(!is_open(Schedule{}, utc(2026, 1, 5, 7, 0)));
}

BOOST_AUTO_TEST_CASE(next_is_the_earliest_of_all) {
    const Schedule schedule = schedule_of({"Mon 08:00-12:00", "0 9 * * *", "Mon 08:00"});
    const auto monday = next(schedule, utc(2026, 1, 4, 12, 0));
    BOOST_TEST((monday->opens == utc(2026, 1, 5, 7, 0)));
    BOOST_TEST((monday->closes == utc(2026, 1, 5, 11, 0)));  // of two at once, the first written
    BOOST_TEST((next(schedule, monday->opens)->opens == utc(2026, 1, 5, 8, 0)));
    BOOST_TEST(!next(Schedule{}, utc(2026, 1, 4, 12, 0)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
