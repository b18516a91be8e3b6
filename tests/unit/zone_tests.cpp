#include <boost/test/unit_test.hpp>

#include "policy/zone.hpp"

using namespace consign;
using namespace consign::policy;
using namespace std::chrono;

namespace {

WallTime wall(int y, unsigned m, unsigned d, int hour, int minute) {
    return WallTime(sys_days(year(y) / month(m) / day(d)).time_since_epoch() + hours(hour) +
                    minutes(minute));
}
Timestamp utc(int y, unsigned m, unsigned d, int hour, int minute) {
    return Timestamp(sys_days(year(y) / month(m) / day(d)) + hours(hour) + minutes(minute));
}

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

BOOST_AUTO_TEST_CASE(follows_summer_time) {
    BOOST_TEST((wall_time("Europe/Paris", utc(2026, 1, 15, 23, 30)) == wall(2026, 1, 16, 0, 30)));
    BOOST_TEST((wall_time("Europe/Paris", utc(2026, 7, 15, 22, 30)) == wall(2026, 7, 16, 0, 30)));
    BOOST_TEST((wall_time("Europe/Paris", utc(2026, 3, 29, 0, 59)) == wall(2026, 3, 29, 1, 59)));
    BOOST_TEST((wall_time("Europe/Paris", utc(2026, 3, 29, 1, 0)) == wall(2026, 3, 29, 3, 0)));
    BOOST_TEST((wall_time("UTC", utc(2026, 7, 15, 22, 30)) == wall(2026, 7, 15, 22, 30)));
}

BOOST_AUTO_TEST_SUITE_END()
