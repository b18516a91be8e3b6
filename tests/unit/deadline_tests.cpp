#include <fmt/format.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/calendar/deadline.hpp"

using namespace consign;
using namespace consign::policy;
using namespace std::chrono;

namespace {

Timestamp utc(int y, unsigned m, unsigned d, int hour, int minute) {
    return sys_days(year(y) / month(m) / day(d)) + hours(hour) + minutes(minute);
}
Deadline deadline_of(const char* days, minutes by, minutes from = minutes(0),
                     const char* zone = "Europe/Paris") {
    return {.days = parse_days(days).value(), .by = by, .from = from, .zone = zone, .holidays = {}};
}
Deadline except(Deadline deadline, std::string_view calendar) {
    deadline.holidays.push_back(Holidays::built_in(calendar).value());
    return deadline;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(deadline)

struct Comes {
    const char* what;
    Deadline deadline;
    Timestamp after, next;
};
std::ostream& operator<<(std::ostream& out, const Comes& sample) {
    return out << sample.what;
}
const std::vector<Comes> comes{
    {"the same day", deadline_of("Mon-Sat", minutes(450)), utc(2026, 1, 5, 6, 29),
     utc(2026, 1, 5, 6, 30)},
    {"from the moment on, the next day", deadline_of("Mon-Sat", minutes(450)),
     utc(2026, 1, 5, 6, 30), utc(2026, 1, 6, 6, 30)},
    {"no Sunday", deadline_of("Mon-Sat", minutes(450)), utc(2026, 1, 3, 6, 30),
     utc(2026, 1, 5, 6, 30)},
    {"24:00 is the end of the day", deadline_of("Mon", hours(24)), utc(2026, 1, 5, 12, 0),
     utc(2026, 1, 5, 23, 0)},
    {"before its window opens, it is of the next day",
     deadline_of("Sat", hours(4) + minutes(30), hours(22)), utc(2026, 1, 3, 12, 0),
     utc(2026, 1, 4, 3, 30)},
    {"and is still yesterday's window's after midnight",
     deadline_of("Sat", hours(4) + minutes(30), hours(22)), utc(2026, 1, 4, 1, 0),
     utc(2026, 1, 4, 3, 30)},
    {"after its window opens, of the same day",
     deadline_of("Sat", hours(4) + minutes(30), hours(2)), utc(2026, 1, 2, 12, 0),
     utc(2026, 1, 3, 3, 30)},
    {"at the very time, of the same day", deadline_of("Sat", hours(22), hours(22)),
     utc(2026, 1, 2, 12, 0), utc(2026, 1, 3, 21, 0)},
    {"not on Easter Monday", except(deadline_of("Mon-Fri", hours(8)), "france"),
     utc(2026, 4, 3, 12, 0), utc(2026, 4, 7, 6, 0)},
    {"Good Friday counts in Paris", except(deadline_of("Mon-Fri", hours(8)), "france"),
     utc(2026, 4, 2, 12, 0), utc(2026, 4, 3, 6, 0)},
    {"and not in Strasbourg", except(deadline_of("Mon-Fri", hours(8)), "france-alsace-moselle"),
     utc(2026, 4, 2, 12, 0), utc(2026, 4, 7, 6, 0)},
    {"the window's day decides: the night after a holiday has none",
     except(deadline_of("daily", hours(4), hours(22)), "france"), utc(2026, 5, 1, 3, 0),
     utc(2026, 5, 3, 2, 0)},
    {"and the night before it has", except(deadline_of("daily", hours(4), hours(22)), "france"),
     utc(2026, 4, 30, 12, 0), utc(2026, 5, 1, 2, 0)},
    {"a time that is skipped moves", deadline_of("daily", hours(2) + minutes(30)),
     utc(2026, 3, 28, 12, 0), utc(2026, 3, 29, 1, 0)},
    {"a time that is repeated counts once", deadline_of("daily", hours(2) + minutes(30)),
     utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)},
};
BOOST_DATA_TEST_CASE(comes_next, boost::unit_test::data::make(comes)) {
    BOOST_TEST((next_deadline(sample.deadline, sample.after) == sample.next));
    BOOST_TEST((previous_deadline(sample.deadline, sample.next) == sample.next));
    BOOST_TEST((previous_deadline(sample.deadline, sample.next - microseconds(1)) <= sample.after));
}

const std::vector<Comes> walked{
    {"mornings in Paris", except(deadline_of("Mon-Sat", minutes(450)), "france"), {}, {}},
    {"nights in Strasbourg",
     except(deadline_of("daily", hours(2) + minutes(15), hours(22)), "france-alsace-moselle"),
     {},
     {}},
    {"midnight in Sao Paulo",
     deadline_of("daily", hours(24), hours(0), "America/Sao_Paulo"),
     {},
     {}},
    {"midnight in Beirut", deadline_of("daily", hours(0), hours(0), "Asia/Beirut"), {}, {}},
    {"half hours on Lord Howe",
     deadline_of("Sat-Mon", hours(2) + minutes(10), hours(1), "Australia/Lord_Howe"),
     {},
     {}},
    {"one minute to midnight in St John's",
     deadline_of("daily", hours(23) + minutes(59), hours(0), "America/St_Johns"),
     {},
     {}},
    {"the day that Samoa left out",
     deadline_of("daily", hours(0), hours(0), "Pacific/Apia"),
     {},
     {}},
};
BOOST_DATA_TEST_CASE(next_and_previous_walk_the_same_way, boost::unit_test::data::make(walked)) {
    for (const int y : {2010, 2011, 2018, 2026, 2046}) {
        Timestamp at = utc(y, 1, 1, 0, 0);
        while (at < utc(y + 1, 1, 10, 0, 0)) {
            const auto after = next_deadline(sample.deadline, at);
            BOOST_REQUIRE(after.has_value());
            BOOST_REQUIRE((*after > at));
            BOOST_REQUIRE((previous_deadline(sample.deadline, *after) == after));
            // Between two there is none, whichever way one asks.
            const Timestamp between = at + (*after - at) / 2;
            BOOST_REQUIRE((next_deadline(sample.deadline, between) == after));
            if (at != utc(y, 1, 1, 0, 0)) {
                BOOST_REQUIRE((previous_deadline(sample.deadline, between) == at));
                BOOST_REQUIRE((previous_deadline(sample.deadline, *after - microseconds(1)) == at));
            }
            at = *after;
        }
    }
}

BOOST_AUTO_TEST_CASE(has_been_where_the_clock_is_put_back_to_the_day_before) {
    // At 0:01 on 7 November 2010 it was 23:01 on the 6th again.
    const Deadline midnight = deadline_of("daily", hours(0), hours(0), "America/St_Johns");
    BOOST_TEST((previous_deadline(midnight, utc(2010, 11, 7, 2, 45)) == utc(2010, 11, 7, 2, 30)));
    BOOST_TEST((next_deadline(midnight, utc(2010, 11, 7, 2, 45)) == utc(2010, 11, 8, 3, 30)));
}

BOOST_AUTO_TEST_CASE(never_comes_without_days_or_on_holidays_alone) {
    const Deadline no_days{.days = {}, .by = hours(8), .zone = "UTC", .holidays = {}};
    BOOST_TEST(!next_deadline(no_days, utc(2026, 1, 1, 0, 0)).has_value());
    BOOST_TEST(!previous_deadline(no_days, utc(2026, 1, 1, 0, 0)).has_value());

    std::string every_day;
    for (sys_days day = 2028y / January / 1; day < sys_days(2029y / January / 1); day += days(1))
        every_day += fmt::format("{:02}-{:02}\n", unsigned(year_month_day(day).month()),
                                 unsigned(year_month_day(day).day()));
    Deadline closed = deadline_of("daily", hours(8));
    closed.holidays.push_back(Holidays::from_lines(every_day).value());
    BOOST_TEST(!next_deadline(closed, utc(2026, 1, 1, 0, 0)).has_value());
    BOOST_TEST(!previous_deadline(closed, utc(2026, 1, 1, 0, 0)).has_value());
}

BOOST_AUTO_TEST_CASE(survives_a_season_of_holidays) {
    std::string summer;
    for (unsigned day = 1; day <= 31; ++day)
        summer += fmt::format("07-{:02}\n08-{:02}\n", day, day);
    Deadline closed = deadline_of("Mon", hours(8));
    closed.holidays.push_back(Holidays::from_lines(summer).value());
    BOOST_TEST((next_deadline(closed, utc(2026, 6, 29, 6, 0)) == utc(2026, 9, 7, 6, 0)));
    BOOST_TEST((previous_deadline(closed, utc(2026, 9, 7, 5, 0)) == utc(2026, 6, 29, 6, 0)));
}

BOOST_AUTO_TEST_SUITE_END()
