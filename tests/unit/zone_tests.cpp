#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <limits>

#include "policy/calendar/zone.hpp"

using namespace consign;
using namespace consign::policy;
using namespace std::chrono;

namespace {

sys_days date(int y, unsigned m, unsigned d) {
    return year(y) / month(m) / day(d);
}
WallTime wall(int y, unsigned m, unsigned d, int hour, int minute) {
    return wall_time(date(y, m, d), hours(hour) + minutes(minute));
}
Timestamp utc(int y, unsigned m, unsigned d, int hour, int minute) {
    return date(y, m, d) + hours(hour) + minutes(minute);
}

// Summer time in whole and half hours, at midnight, over midnight, past 2037, a day left out, a
// calendar by the moon, and zones without any of it.
const std::vector<const char*> zones{
    "UTC",           "Europe/Paris",        "Australia/Lord_Howe", "America/Sao_Paulo",
    "Asia/Beirut",   "America/St_Johns",    "Atlantic/Azores",     "Pacific/Apia",
    "Asia/Tokyo",    "Africa/Casablanca",   "America/Havana",      "Australia/Sydney",
    "Europe/Dublin", "America/Scoresbysund"};

}  // namespace

BOOST_AUTO_TEST_SUITE(zone)

BOOST_AUTO_TEST_CASE(knows_the_systems_zones_and_the_nearest_of_them) {
    BOOST_TEST(is_zone("UTC"));
    BOOST_TEST(is_zone("Europe/Paris"));
    BOOST_TEST(!is_zone("Europe/Pari"));
    BOOST_TEST(!is_zone(""));
    BOOST_TEST(!is_zone("../../etc/passwd"));
    BOOST_TEST(zone_suggestion("Europe/Pari") == "; did you mean `Europe/Paris`?");
    BOOST_TEST(zone_suggestion("Middle-earth").empty());
}

struct Shown {
    const char* zone;
    Timestamp time;
    WallTime wall;
};
std::ostream& operator<<(std::ostream& out, const Shown& sample) {
    return out << sample.zone << ' ' << sample.time.time_since_epoch().count();
}
const std::vector<Shown> shown{
    {"Europe/Paris", utc(2026, 1, 15, 23, 30), wall(2026, 1, 16, 0, 30)},
    {"Europe/Paris", utc(2026, 7, 15, 22, 30), wall(2026, 7, 16, 0, 30)},
    {"Europe/Paris", utc(2026, 3, 29, 0, 59), wall(2026, 3, 29, 1, 59)},
    {"Europe/Paris", utc(2026, 3, 29, 1, 0), wall(2026, 3, 29, 3, 0)},
    {"Europe/Paris", utc(2026, 10, 25, 0, 30), wall(2026, 10, 25, 2, 30)},
    {"Europe/Paris", utc(2026, 10, 25, 1, 30), wall(2026, 10, 25, 2, 30)},
    {"UTC", utc(2026, 7, 15, 22, 30), wall(2026, 7, 15, 22, 30)},
    {"Nowhere/Atall", utc(2026, 7, 15, 22, 30), wall(2026, 7, 15, 22, 30)},
    // Where the system's list ends, the rule goes on: last Sundays of March and October, at 1:00
    // UTC ...
    {"Europe/Paris", utc(2046, 7, 1, 12, 0), wall(2046, 7, 1, 14, 0)},
    {"Europe/Paris", utc(2046, 12, 1, 12, 0), wall(2046, 12, 1, 13, 0)},
    {"Europe/Paris", utc(2038, 3, 28, 0, 59), wall(2038, 3, 28, 1, 59)},
    {"Europe/Paris", utc(2038, 3, 28, 1, 0), wall(2038, 3, 28, 3, 0)},
    {"Europe/Paris", utc(2056, 10, 29, 0, 59), wall(2056, 10, 29, 2, 59)},
    {"Europe/Paris", utc(2056, 10, 29, 1, 0), wall(2056, 10, 29, 2, 0)},
    {"Europe/Paris", utc(2100, 3, 28, 1, 0), wall(2100, 3, 28, 3, 0)},
    {"Europe/Paris", utc(9999, 7, 1, 12, 0), wall(9999, 7, 1, 14, 0)},
    // ... and first Sundays of April and October in the South.
    {"Australia/Sydney", utc(2046, 7, 1, 12, 0), wall(2046, 7, 1, 22, 0)},
    {"Australia/Sydney", utc(2046, 1, 1, 12, 0), wall(2046, 1, 1, 23, 0)},
    {"Australia/Sydney", utc(2048, 2, 29, 12, 0), wall(2048, 2, 29, 23, 0)},
    {"Australia/Lord_Howe", utc(2046, 7, 1, 12, 0), wall(2046, 7, 1, 22, 30)},
    {"Asia/Tokyo", utc(2046, 7, 1, 12, 0), wall(2046, 7, 1, 21, 0)},
    // What the list itself holds past 2037 stands: Ramadan of 2046.
    {"Africa/Casablanca", utc(2046, 7, 15, 12, 0), wall(2046, 7, 15, 12, 0)},
};
BOOST_DATA_TEST_CASE(shows_the_time_there, boost::unit_test::data::make(shown)) {
    BOOST_TEST((wall_time(sample.zone, sample.time) == sample.wall));
}

struct Comes {
    const char* zone;
    WallTime wall;
    Timestamp time;
};
std::ostream& operator<<(std::ostream& out, const Comes& sample) {
    return out << sample.zone << ' ' << sample.wall.time_since_epoch().count();
}
const std::vector<Comes> comes{
    {"UTC", wall(2026, 3, 29, 2, 30), utc(2026, 3, 29, 2, 30)},
    {"Europe/Paris", wall(2026, 1, 15, 6, 0), utc(2026, 1, 15, 5, 0)},
    {"Europe/Paris", wall(2026, 7, 15, 6, 0), utc(2026, 7, 15, 4, 0)},
    // Skipped: the next that exists.
    {"Europe/Paris", wall(2026, 3, 29, 2, 0), utc(2026, 3, 29, 1, 0)},
    {"Europe/Paris", wall(2026, 3, 29, 2, 59), utc(2026, 3, 29, 1, 0)},
    {"Europe/Paris", wall(2046, 3, 25, 2, 59), utc(2046, 3, 25, 1, 0)},
    {"Australia/Lord_Howe", wall(2026, 10, 4, 2, 15), utc(2026, 10, 3, 15, 30)},
    {"America/Sao_Paulo", wall(2018, 11, 4, 0, 0), utc(2018, 11, 4, 3, 0)},
    {"Asia/Beirut", wall(2026, 3, 29, 0, 0), utc(2026, 3, 28, 22, 0)},
    {"Pacific/Apia", wall(2011, 12, 30, 12, 0), utc(2011, 12, 30, 10, 0)},  // no such day
    // Shown twice: the first.
    {"Europe/Paris", wall(2026, 10, 25, 2, 30), utc(2026, 10, 25, 0, 30)},
    {"Europe/Paris", wall(2026, 10, 25, 3, 0), utc(2026, 10, 25, 2, 0)},
    {"Europe/Paris", wall(2046, 10, 28, 2, 30), utc(2046, 10, 28, 0, 30)},
    {"Australia/Lord_Howe", wall(2026, 4, 5, 1, 45), utc(2026, 4, 4, 14, 45)},
    {"America/Sao_Paulo", wall(2019, 2, 16, 23, 30), utc(2019, 2, 17, 1, 30)},
};
BOOST_DATA_TEST_CASE(finds_when_a_time_comes, boost::unit_test::data::make(comes)) {
    BOOST_TEST((instant(sample.zone, sample.wall) == sample.time));
}

struct Over {
    const char* zone;
    sys_days day;
    Timestamp time;
};
std::ostream& operator<<(std::ostream& out, const Over& sample) {
    return out << sample.zone << ' ' << sample.day.time_since_epoch().count();
}
const std::vector<Over> over{
    {"Europe/Paris", date(2026, 1, 15), utc(2026, 1, 15, 23, 0)},
    {"Europe/Paris", date(2046, 7, 1), utc(2046, 7, 1, 22, 0)},
    {"America/Sao_Paulo", date(2018, 11, 3), utc(2018, 11, 4, 3, 0)},  // midnight is skipped
    {"America/Sao_Paulo", date(2019, 2, 16), utc(2019, 2, 17, 3, 0)},  // put back to 23:00 at 24:00
    {"Atlantic/Azores", date(2026, 10, 24),
     utc(2026, 10, 25, 0, 0)},  // 0:00 twice, both of the 25th
    {"America/St_Johns", date(2010, 11, 6), utc(2010, 11, 7, 3, 30)},  // put back to 23:01 at 0:01
    {"Pacific/Apia", date(2011, 12, 29), utc(2011, 12, 30, 10, 0)},
    {"Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10, 0)},
};
BOOST_DATA_TEST_CASE(ends_a_day_for_good, boost::unit_test::data::make(over)) {
    BOOST_TEST((end_of_day(sample.zone, sample.day) == sample.time));
}

BOOST_DATA_TEST_CASE(no_later_time_comes_earlier_and_each_day_ends_once,
                     boost::unit_test::data::make(zones), name) {
    for (const auto [first, last] : {std::pair{date(2010, 11, 1), date(2012, 1, 10)},
                                     {date(2026, 1, 1), date(2027, 1, 1)},
                                     {date(2037, 9, 1), date(2038, 12, 1)},
                                     {date(2071, 12, 1), date(2072, 12, 1)}}) {
        Timestamp before = instant(name, wall_time(first, minutes(0)));
        for (sys_days day = first; day < last; day += days(1)) {
            for (minutes time(0); time < hours(24); time += minutes(15)) {
                const WallTime there = wall_time(day, time);
                const Timestamp at = instant(name, there);
                BOOST_REQUIRE((at >= before));
                // It is shown then, unless it is skipped, and then the clock is past it.
                BOOST_REQUIRE((wall_time(name, at) >= there));
                BOOST_REQUIRE((instant(name, wall_time(name, at)) <= at));
                before = at;
            }
            const Timestamp end = end_of_day(name, day);
            BOOST_REQUIRE((date_in(name, end) > day));
            BOOST_REQUIRE((date_in(name, end - microseconds(1)) <= day));
            for (minutes later(0); later < hours(25); later += hours(1))
                BOOST_REQUIRE((date_in(name, end + later) > day));
        }
    }
}

BOOST_AUTO_TEST_CASE(makes_no_rule_of_what_is_listed_by_the_moon) {
    // Morocco is an hour ahead but for Ramadan, which the list holds up to 2087.
    const auto is_ahead = [](sys_days first, sys_days last) {
        for (Timestamp time = first; time < last; time += days(1))
            if (wall_time("Africa/Casablanca", time).time_since_epoch() !=
                time.time_since_epoch() + hours(1))
                return false;
        return true;
    };
    BOOST_TEST(is_ahead(date(2038, 3, 2), date(2038, 9, 26)));
    BOOST_TEST(!is_ahead(date(2038, 9, 26), date(2038, 11, 8)));
    BOOST_TEST(is_ahead(date(2088, 1, 1), date(2116, 1, 1)));
}

BOOST_DATA_TEST_CASE(outlives_every_date, boost::unit_test::data::make(zones), name) {
    for (const int y : {1, 1582, 9999, 30'000}) {
        const WallTime there = wall(y, 6, 1, 12, 0);
        BOOST_TEST((wall_time(name, instant(name, there)) == there));
    }
    // Only that it comes back, whatever it says.
    BOOST_TEST((wall_time(name, Timestamp::max()) > wall_time(name, Timestamp::min())));
}

BOOST_AUTO_TEST_SUITE_END()
