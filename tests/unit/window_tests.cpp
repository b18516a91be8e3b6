#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/calendar/window.hpp"
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
Window window_of(const char* text) {
    return parse_window(text, "Europe/Paris").value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(window)

BOOST_AUTO_TEST_CASE(is_read_with_its_zone_or_the_sites) {
    const Window night = window_of("Mon-Sat 22:00-04:00 America/Havana");
    BOOST_TEST((night.days == parse_days("Mon-Sat").value()));
    BOOST_TEST((night.opens == hours(22)));
    BOOST_TEST((night.closes == hours(4)));
    BOOST_TEST(night.zone == "America/Havana");
    BOOST_TEST(night.text == "Mon-Sat 22:00-04:00 America/Havana");
    const Window instant = window_of("  daily   06:30 ");
    BOOST_TEST((instant.opens == hours(6) + minutes(30)));
    BOOST_TEST(!instant.closes.has_value());
    BOOST_TEST(instant.zone == "Europe/Paris");
}

struct Wrong {
    const char* text;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << sample.text;
}
#define EXPECTED                                                                             \
    "expected days, a time and perhaps a zone, such as `Mon-Sat 22:00-04:00 Europe/Paris`, " \
    "found "
const std::vector<Wrong> wrong{
    {"", EXPECTED "``"},
    {"Mon-Sat", EXPECTED "`Mon-Sat`"},
    {"Mon 06:00 Europe/Paris please", EXPECTED "`Mon 06:00 Europe/Paris please`"},
    {"22:00-04:00", "`22:00-04:00` names no days: write `daily 22:00-04:00`"},
    {"22:00-04:00 Europe/Paris",
     "`22:00-04:00 Europe/Paris` names no days: write `daily 22:00-04:00`"},
    {"Mon 7:30", "expected a time of day such as `07:30`, found `7:30`"},
    {"Mon 07h30", "expected a time of day such as `07:30`, found `07h30`"},
    {"Mon 25:00", "expected a time of day such as `07:30`, found `25:00`"},
    {"Mon 24:01", "expected a time of day such as `07:30`, found `24:01`"},
    {"Mon 05:60-06:00", "expected a time of day such as `07:30`, found `05:60`"},
    {"Mon 05:00-", "expected a time of day such as `07:30`, found ``"},
    {"Mon 05:00-06:00-07:00", "expected a time of day such as `07:30`, found `06:00-07:00`"},
    {"Mon -1:30", "expected a time of day such as `07:30`, found ``"},
    {"Mon 24:00", "`24:00` can only be an end: write `00:00` of the next day"},
    {"Mon 24:00-04:00", "`24:00` can only be an end: write `00:00` of the next day"},
    {"Mom 06:00",
     "unknown day `Mom`; did you mean `Mon`? (known: Mon Tue Wed Thu Fri Sat Sun, or daily)"},
    {"Mon 06:00 Europe/Pari", "unknown time zone `Europe/Pari`; did you mean `Europe/Paris`?"},
    {"Mon 06:00 ../passwd", "unknown time zone `../passwd`"},
};
BOOST_DATA_TEST_CASE(says_what_is_wrong, boost::unit_test::data::make(wrong)) {
    const auto read = parse_window(sample.text, "Europe/Paris");
    BOOST_REQUIRE(!read.has_value());
    BOOST_TEST(read.error() == sample.message);
}

struct Occurs {
    const char* window;
    sys_days day;
    Timestamp opens, closes;
};
std::ostream& operator<<(std::ostream& out, const Occurs& sample) {
    return out << sample.window << " on day " << sample.day.time_since_epoch().count();
}
const std::vector<Occurs> occurs{
    {"daily 05:00-22:00", date(2026, 1, 5), utc(2026, 1, 5, 4, 0), utc(2026, 1, 5, 21, 0)},
    {"daily 00:00-24:00", date(2026, 7, 5), utc(2026, 7, 4, 22, 0), utc(2026, 7, 5, 22, 0)},
    {"daily 22:00-22:00", date(2026, 1, 5), utc(2026, 1, 5, 21, 0), utc(2026, 1, 6, 21, 0)},
    // Over midnight, of the day on which it opens.
    {"Sat 22:00-04:00", date(2026, 1, 3), utc(2026, 1, 3, 21, 0), utc(2026, 1, 4, 3, 0)},
    // The night on which summer time begins is an hour shorter; that on which it ends, longer.
    {"Sat 22:00-04:00", date(2026, 3, 28), utc(2026, 3, 28, 21, 0), utc(2026, 3, 29, 2, 0)},
    {"Sat 22:00-04:00", date(2026, 10, 24), utc(2026, 10, 24, 20, 0), utc(2026, 10, 25, 3, 0)},
    // Skipped: the next time that exists.
    {"Sun 02:30-05:00", date(2026, 3, 29), utc(2026, 3, 29, 1, 0), utc(2026, 3, 29, 3, 0)},
    {"Sun 01:00-02:30", date(2026, 3, 29), utc(2026, 3, 29, 0, 0), utc(2026, 3, 29, 1, 0)},
    {"Sun 02:30", date(2026, 3, 29), utc(2026, 3, 29, 1, 0), utc(2026, 3, 29, 1, 0)},
    // Repeated: the first.
    {"Sun 02:30-05:00", date(2026, 10, 25), utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 4, 0)},
    {"Sun 02:00-02:30", date(2026, 10, 25), utc(2026, 10, 25, 0, 0), utc(2026, 10, 25, 0, 30)},
    {"Sun 01:45-04:00 Australia/Lord_Howe", date(2026, 4, 5), utc(2026, 4, 4, 14, 45),
     utc(2026, 4, 4, 17, 30)},
    {"Sun 02:15-04:00 Australia/Lord_Howe", date(2026, 10, 4), utc(2026, 10, 3, 15, 30),
     utc(2026, 10, 3, 17, 0)},
    {"Sun 00:00-06:00 America/Sao_Paulo", date(2018, 11, 4), utc(2018, 11, 4, 3, 0),
     utc(2018, 11, 4, 8, 0)},
};
BOOST_DATA_TEST_CASE(comes_as_the_clock_on_the_wall_says, boost::unit_test::data::make(occurs)) {
    const auto found = occurrence(window_of(sample.window), sample.day);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST((found->opens == sample.opens));
    BOOST_TEST((found->closes == sample.closes));
    BOOST_TEST((found->day == sample.day));
    // ... and next() finds it from a moment before.
    BOOST_TEST((next(window_of(sample.window), sample.opens - microseconds(1)) == found));
}

BOOST_AUTO_TEST_CASE(does_not_come_where_summer_time_skips_it) {
    const Window skipped = window_of("Sun 02:15-02:45");
    BOOST_TEST(!occurrence(skipped, date(2026, 3, 29)).has_value());
    BOOST_TEST(!is_open(skipped, utc(2026, 3, 29, 1, 0)));
    BOOST_TEST((next(skipped, utc(2026, 3, 28, 0, 0))->day == date(2026, 4, 5)));
}

BOOST_AUTO_TEST_CASE(of_a_saturday_night_is_open_on_sunday_and_not_on_saturday_morning) {
    const Window night = window_of("Sat 22:00-04:00");
    BOOST_TEST(!is_open(night, utc(2026, 1, 3, 2, 0)));
    BOOST_TEST(!is_open(night, utc(2026, 1, 3, 20, 59)));
    BOOST_TEST(is_open(night, utc(2026, 1, 3, 21, 0)));
    BOOST_TEST(is_open(night, utc(2026, 1, 4, 2, 59)));
    BOOST_TEST(!is_open(night, utc(2026, 1, 4, 3, 0)));
    BOOST_TEST(!is_open(night, utc(2026, 1, 4, 22, 0)));
    BOOST_TEST(!is_open(window_of("daily 06:00"), utc(2026, 1, 4, 5, 0)));  // an instant
}

BOOST_AUTO_TEST_CASE(stays_open_where_the_clock_is_put_back_to_the_day_before) {
    // At 0:01 on 7 November 2010 it was 23:01 on the 6th again.
    const Window morning = window_of("Sun 00:00-04:00 America/St_Johns");
    BOOST_TEST(!is_open(morning, utc(2010, 11, 7, 2, 29)));
    BOOST_TEST(is_open(morning, utc(2010, 11, 7, 2, 30)));
    BOOST_TEST(is_open(morning, utc(2010, 11, 7, 2, 45)));
    BOOST_TEST(is_open(morning, utc(2010, 11, 7, 7, 29)));
    BOOST_TEST(!is_open(morning, utc(2010, 11, 7, 7, 30)));
}

BOOST_AUTO_TEST_CASE(without_days_never_comes) {
    const Window never{
        .days = {}, .opens = hours(1), .closes = hours(2), .zone = "UTC", .text = ""};
    BOOST_TEST(!next(never, utc(2026, 1, 1, 0, 0)).has_value());
    BOOST_TEST(!is_open(never, utc(2026, 1, 1, 1, 30)));
}

const std::vector<const char*> windows{
    "daily 00:00-24:00",
    "Mon-Sat 22:00-04:00",
    "Sat-Mon 02:15-02:45",
    "Sun 23:30-00:30 America/Sao_Paulo",
    "daily 00:00-00:30 Asia/Beirut",
    "Sun,Wed 01:40-02:10 Australia/Lord_Howe",
    "daily 12:00-11:00 America/St_Johns",
    "Mon-Fri 23:00-23:00 America/Havana",
};
BOOST_DATA_TEST_CASE(is_open_within_its_occurrences_alone, boost::unit_test::data::make(windows),
                     text) {
    const Window window = window_of(text);
    for (const int y : {2018, 2010, 2026, 2046}) {
        // Walk from one occurrence to the next; those in a row may touch or, at the change of the
        // clocks, overlap.
        Timestamp at = utc(y, 1, 20, 0, 0);
        Timestamp closed_from = at;
        while (at < utc(y + 1, 1, 1, 0, 0)) {
            const auto found = next(window, at);
            BOOST_REQUIRE(found.has_value());
            BOOST_REQUIRE((found->opens > at && found->closes > found->opens));
            BOOST_REQUIRE(is_open(window, found->opens));
            BOOST_REQUIRE(is_open(window, found->closes - microseconds(1)));
            if (closed_from > utc(y, 1, 22, 0, 0) && closed_from < found->opens) {
                BOOST_REQUIRE(!is_open(window, closed_from));
                BOOST_REQUIRE(!is_open(window, closed_from + (found->opens - closed_from) / 2));
                BOOST_REQUIRE(!is_open(window, found->opens - microseconds(1)));
            }
            closed_from = std::max(closed_from, found->closes);
            at = found->opens;
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
