#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "policy/calendar/cron.hpp"
#include "policy/calendar/zone.hpp"

using namespace consign;
using namespace consign::policy;
using namespace std::chrono;

namespace {

sys_days date(int y, unsigned m, unsigned d) {
    return year(y) / month(m) / day(d);
}
Timestamp utc(int y, unsigned m, unsigned d, int hour, int minute) {
    return date(y, m, d) + hours(hour) + minutes(minute);
}
Cron cron_of(const char* text) {
    return parse_cron(text, "UTC").value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cron)

struct Comes {
    const char* cron;
    Timestamp after;
    Timestamp next;
};
std::ostream& operator<<(std::ostream& out, const Comes& sample) {
    return out << sample.cron << " after " << sample.after.time_since_epoch().count();
}
// 1 January 2026 is a Thursday.
const std::vector<Comes> comes{
    {"0 6 * * *", utc(2026, 1, 1, 5, 59), utc(2026, 1, 1, 6, 0)},
    {"0 6 * * *", utc(2026, 1, 1, 6, 0), utc(2026, 1, 2, 6, 0)},
    {"*/15 * * * *", utc(2026, 1, 1, 0, 7) + seconds(3), utc(2026, 1, 1, 0, 15)},
    {"5-20/15,59 3 * * *", utc(2026, 1, 1, 3, 5), utc(2026, 1, 1, 3, 20)},
    {"5-20/15,59 3 * * *", utc(2026, 1, 1, 3, 20), utc(2026, 1, 1, 3, 59)},
    {"0 6 * * Mon-Sat", utc(2026, 1, 3, 7, 0), utc(2026, 1, 5, 6, 0)},
    {"0 6 * * mon-SAT", utc(2026, 1, 3, 7, 0), utc(2026, 1, 5, 6, 0)},
    {"0 6 * * 0", utc(2026, 1, 1, 0, 0), utc(2026, 1, 4, 6, 0)},
    {"0 6 * * 7", utc(2026, 1, 1, 0, 0), utc(2026, 1, 4, 6, 0)},
    {"0 6 * * Fri-Mon", utc(2026, 1, 2, 6, 0), utc(2026, 1, 3, 6, 0)},
    {"0 6 * * Fri-Mon", utc(2026, 1, 5, 6, 0), utc(2026, 1, 9, 6, 0)},
    {"0 6 * * 5-7", utc(2026, 1, 3, 6, 0), utc(2026, 1, 4, 6, 0)},
    {"0 0 1 Jan,jul *", utc(2026, 1, 1, 0, 0), utc(2026, 7, 1, 0, 0)},
    {"0 0 31 * *", utc(2026, 1, 31, 0, 0), utc(2026, 3, 31, 0, 0)},
    {"0 0 29 2 *", utc(2026, 1, 1, 0, 0), utc(2028, 2, 29, 0, 0)},
    {"0 0 29 2 *", utc(2096, 3, 1, 0, 0), utc(2104, 2, 29, 0, 0)},
    // Both days named: either will do.
    {"0 0 13 * Fri", utc(2026, 1, 3, 0, 0), utc(2026, 1, 9, 0, 0)},
    {"0 0 13 * Fri", utc(2026, 1, 9, 0, 0), utc(2026, 1, 13, 0, 0)},
    {"0 0 31 2 Mon", utc(2026, 1, 1, 0, 0), utc(2026, 2, 2, 0, 0)},
    // One begins with `*`: it must suit both.
    {"0 0 */2 * Mon", utc(2026, 1, 1, 0, 0), utc(2026, 1, 5, 0, 0)},
    {"0 0 */2 * Mon", utc(2026, 1, 5, 0, 0), utc(2026, 1, 19, 0, 0)},
    {"0 0 29 2 */7", utc(2072, 3, 1, 0, 0), utc(2088, 2, 29, 0, 0)},
    // In a zone, with summer time.
    {"0 6 * * * Europe/Paris", utc(2026, 7, 1, 0, 0), utc(2026, 7, 1, 4, 0)},
    {"0 6 * * * Europe/Paris", utc(2046, 7, 1, 0, 0), utc(2046, 7, 1, 4, 0)},
    {"30 2 * * * Europe/Paris", utc(2026, 3, 28, 12, 0), utc(2026, 3, 29, 1, 0)},
    {"30 2 * * * Europe/Paris", utc(2026, 3, 29, 1, 0), utc(2026, 3, 30, 0, 30)},
    {"0 2,3 * * * Europe/Paris", utc(2026, 3, 28, 12, 0), utc(2026, 3, 29, 1, 0)},
    {"0 2,3 * * * Europe/Paris", utc(2026, 3, 29, 1, 0), utc(2026, 3, 30, 0, 0)},
    {"30 2 * * * Europe/Paris", utc(2026, 10, 24, 12, 0), utc(2026, 10, 25, 0, 30)},
    {"30 2 * * * Europe/Paris", utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)},
    {"*/30 * * * * Europe/Paris", utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 2, 0)},
    {"*/30 * * * * Europe/Paris", utc(2026, 10, 25, 1, 10), utc(2026, 10, 25, 2, 0)},
    {"0 0 * * * America/Sao_Paulo", utc(2018, 11, 3, 12, 0), utc(2018, 11, 4, 3, 0)},
    {"0 0 * * * Asia/Beirut", utc(2026, 3, 28, 12, 0), utc(2026, 3, 28, 22, 0)},
    {"45 1 * * * Australia/Lord_Howe", utc(2026, 4, 4, 14, 45), utc(2026, 4, 5, 15, 15)},
    {"15 2 * * * Australia/Lord_Howe", utc(2026, 10, 3, 0, 0), utc(2026, 10, 3, 15, 30)},
    {"0 12 30 12 * Pacific/Apia", utc(2011, 12, 1, 0, 0), utc(2011, 12, 30, 10, 0)},
};
BOOST_DATA_TEST_CASE(comes_next, boost::unit_test::data::make(comes)) {
    const auto found = next(cron_of(sample.cron), sample.after);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST((*found == sample.next));
}

struct Wrong {
    const char* text;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << sample.text;
}
#define EXPECTED                                                                                \
    "expected minute, hour, day of the month, month, weekday and perhaps a zone, such as `0 6 " \
    "* * Mon-Sat Europe/Paris`, found "
const std::vector<Wrong> wrong{
    {"", EXPECTED "``"},
    {"@daily", EXPECTED "`@daily`"},
    {"0 6 * *", EXPECTED "`0 6 * *`"},
    {"0 0 6 * * Mon Europe/Paris", EXPECTED "`0 0 6 * * Mon Europe/Paris`"},
    {"60 6 * * *", "minute `60` is not from 0 to 59"},
    {"0 24 * * *", "hour `24` is not from 0 to 23"},
    {"0 6 0 * *", "day of the month `0` is not from 1 to 31"},
    {"0 6 * 13 *", "month `13` is not from 1 to 12"},
    {"0 6 * Mai *", "month `Mai` is not from 1 to 12; did you mean `Mar`?"},
    {"0 6 * * 8", "weekday `8` is not from 0 to 7"},
    {"0 6 * * Mond", "weekday `Mond` is not from 0 to 7; did you mean `Mon`?"},
    {"-1 6 * * *", "minute `` is not from 0 to 59"},
    {"0x6 6 * * *", "minute `0x6` is not from 0 to 59"},
    {"99999999999999999999 6 * * *", "minute `99999999999999999999` is not from 0 to 59"},
    {"1,,2 6 * * *", "minute `` is not from 0 to 59"},
    {"0, 6 * * *", "minute `` is not from 0 to 59"},
    {"0 20-6 * * *", "hour `20-6` runs backwards"},
    {"5/15 6 * * *", "minute `5/15` has a step without a range: write `5-59/15`"},
    {"*/0 6 * * *", "minute: a step is from 1 to 59, found `0`"},
    {"*/60 6 * * *", "minute: a step is from 1 to 59, found `60`"},
    {"*/ 6 * * *", "minute: a step is from 1 to 59, found ``"},
    {"*/5/5 6 * * *", "minute: a step is from 1 to 59, found `5/5`"},
    {"*-5 6 * * *", "minute `*` is not from 0 to 59"},
    {"0 0 30 2 *", "no month of `2` has a day `30`"},
    {"0 0 31 Apr,Jun */2", "no month of `Apr,Jun` has a day `31`"},
    {"0 6 * * Mon Europe/Pari", "unknown time zone `Europe/Pari`; did you mean `Europe/Paris`?"},
};
BOOST_DATA_TEST_CASE(says_what_is_wrong, boost::unit_test::data::make(wrong)) {
    const auto read = parse_cron(sample.text, "UTC");
    BOOST_REQUIRE(!read.has_value());
    BOOST_TEST(read.error() == sample.message);
}

const std::vector<const char*> crons{
    "*/7 */5 * * * Europe/Paris",
    "15,45 1-3 * * Sat-Mon Australia/Lord_Howe",
    "30 0,23 1-15/3 * 2 America/Havana",
    "59 * */9 Mar-Nov * America/St_Johns",
};
BOOST_DATA_TEST_CASE(comes_at_each_minute_that_suits_and_at_no_other,
                     boost::unit_test::data::make(crons), text) {
    const Cron cron = cron_of(text);
    // Minute by minute on the clock on the wall, the slow way.
    std::set<Timestamp> expected;
    const sys_days first = date(2026, 3, 1), last = date(2026, 11, 15);
    for (sys_days day = first; day < last; day += days(1)) {
        const year_month_day there{day};
        const bool by_month = cron.days_of_month[static_cast<unsigned>(there.day())];
        const bool by_week = contains(cron.weekdays, day);
        if (!cron.months[static_cast<unsigned>(there.month())]) continue;
        if (cron.either_day ? !by_month && !by_week : !by_month || !by_week) continue;
        for (minutes time(0); time < hours(24); time += minutes(1))
            if (cron.minutes[static_cast<std::size_t>(time.count() % 60)] &&
                cron.hours[static_cast<std::size_t>(time.count() / 60)])
                expected.insert(instant(cron.zone, wall_time(day, time)));
    }
    Timestamp at = instant(cron.zone, wall_time(first, minutes(0))) - microseconds(1);
    for (const Timestamp each : expected) {
        BOOST_REQUIRE((next(cron, at) == each));
        at = each;
    }
}

BOOST_AUTO_TEST_SUITE_END()
