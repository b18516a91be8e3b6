#include <fmt/format.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/calendar/span.hpp"
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
Span span_of(const char* text) {
    return parse_span(text).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(span)

struct Right {
    const char* text;
    Span span;
    const char* written;
};
std::ostream& operator<<(std::ostream& out, const Right& sample) {
    return out << sample.text;
}
const std::vector<Right> right{
    {"10 years", {.months = 120}, "10 years"},
    {"1 year", {.months = 12}, "1 year"},
    {"6 months", {.months = 6}, "6 months"},
    {"24 months", {.months = 24}, "2 years"},
    {"30 days", {.days = 30}, "30 days"},
    {"2 weeks", {.days = 14}, "14 days"},
    {"1day", {.days = 1}, "1 day"},
    {"0 days", {}, "0 days"},
    {"36 hours", {.seconds = hours(36)}, "36 hours"},
    {"90 minutes", {.seconds = minutes(90)}, "90 minutes"},
    {"1 second", {.seconds = seconds(1)}, "1 second"},
    {"1000 years", {.months = 12'000}, "1000 years"},
};
BOOST_DATA_TEST_CASE(is_read_and_written, boost::unit_test::data::make(right)) {
    const auto read = parse_span(sample.text);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST((*read == sample.span));
    BOOST_TEST(text_of(*read) == sample.written);
    BOOST_TEST((parse_span(text_of(*read)).value() == *read));
}

struct Wrong {
    const char* text;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << sample.text;
}
const std::vector<Wrong> wrong{
    {"", "expected a time such as `10 years` or `30 days`, found ``"},
    {"for ever", "expected a time such as `10 years` or `30 days`, found `for ever`"},
    {"-1 years", "expected a time such as `10 years` or `30 days`, found `-1 years`"},
    {"10",
     "`10` has no unit: write `10 days`, or seconds, minutes, hours, days, weeks, months, years"},
    {"10 yeras",
     "unknown unit `yeras`; did you mean `years`? (known here: seconds, minutes, hours, days, "
     "weeks, months, years)"},
    {"1.5 years",
     "unknown unit `.5 years` (known here: seconds, minutes, hours, days, weeks, months, years)"},
    {"10 years 6 months",
     "unknown unit `years 6 months` (known here: seconds, minutes, hours, days, weeks, months, "
     "years)"},
    {"10 ans",
     "unknown unit `ans` (known here: seconds, minutes, hours, days, weeks, months, years)"},
    {"1001 years", "`1001 years` is more than 1000 years"},
    {"12001 months", "`12001 months` is more than 1000 years"},
    {"365001 days", "`365001 days` is more than 1000 years"},
    {"99999999999999999999 seconds", "`99999999999999999999 seconds` is more than 1000 years"},
};
BOOST_DATA_TEST_CASE(says_what_is_wrong, boost::unit_test::data::make(wrong)) {
    const auto read = parse_span(sample.text);
    BOOST_REQUIRE(!read.has_value());
    BOOST_TEST(read.error() == sample.message);
}

struct Ends {
    Timestamp start;
    const char* span;
    const char* zone;
    Timestamp end;
};
std::ostream& operator<<(std::ostream& out, const Ends& sample) {
    return out << sample.start.time_since_epoch().count() << " + " << sample.span << ' '
               << sample.zone;
}
const std::vector<Ends> ends{
    // 24:00 of the day of the same name, whatever the time of day was.
    {utc(2026, 5, 4, 9, 30), "10 years", "UTC", utc(2036, 5, 5, 0, 0)},
    {utc(2026, 5, 4, 0, 0), "10 years", "UTC", utc(2036, 5, 5, 0, 0)},
    {utc(2026, 5, 4, 23, 59), "1 day", "UTC", utc(2026, 5, 6, 0, 0)},
    // The day is the zone's: 23:30 in London is tomorrow in Paris.
    {utc(2026, 1, 31, 23, 30), "1 month", "Europe/Paris", utc(2026, 3, 1, 23, 0)},
    {utc(2026, 7, 1, 9, 0), "20 years", "Europe/Paris", utc(2046, 7, 1, 22, 0)},  // summer time
    {utc(2026, 1, 1, 9, 0), "20 years", "Europe/Paris", utc(2046, 1, 1, 23, 0)},
    {utc(2026, 7, 1, 9, 0), "20 years", "Australia/Sydney", utc(2046, 7, 1, 14, 0)},
    {utc(2026, 3, 28, 12, 0), "1 day", "Europe/Paris", utc(2026, 3, 29, 22, 0)},  // 23 hours long
    {utc(2026, 10, 24, 12, 0), "1 day", "Europe/Paris", utc(2026, 10, 25, 23, 0)},
    {utc(2018, 11, 2, 12, 0), "1 day", "America/Sao_Paulo", utc(2018, 11, 4, 3, 0)},
    {utc(2026, 3, 27, 12, 0), "1 day", "Asia/Beirut", utc(2026, 3, 28, 22, 0)},
    // Leap days.
    {utc(2024, 2, 29, 12, 0), "20 years", "UTC", utc(2044, 3, 1, 0, 0)},
    {utc(2024, 2, 29, 12, 0), "10 years", "UTC", utc(2034, 3, 1, 0, 0)},
    {utc(2024, 2, 29, 12, 0), "76 years", "UTC", utc(2100, 3, 1, 0, 0)},  // 2100 is none
    {utc(2023, 2, 28, 12, 0), "1 year", "UTC", utc(2024, 2, 29, 0, 0)},
    {utc(2024, 1, 31, 12, 0), "1 month", "UTC", utc(2024, 3, 1, 0, 0)},
    {utc(2026, 8, 31, 12, 0), "6 months", "UTC", utc(2027, 3, 1, 0, 0)},
    {utc(2023, 12, 31, 12, 0), "60 days", "UTC", utc(2024, 3, 1, 0, 0)},
    // Hours are hours.
    {utc(2026, 3, 28, 12, 0), "24 hours", "Europe/Paris", utc(2026, 3, 29, 12, 0)},
    {utc(2026, 3, 28, 12, 0), "0 days", "Europe/Paris", utc(2026, 3, 28, 12, 0)},
    // Far off.
    {utc(1, 1, 1, 12, 0), "1000 years", "UTC", utc(1001, 1, 2, 0, 0)},
    {utc(9999, 12, 31, 12, 0), "1000 years", "UTC", utc(11000, 1, 1, 0, 0)},
};
BOOST_DATA_TEST_CASE(ends_as_the_calendar_says, boost::unit_test::data::make(ends)) {
    BOOST_TEST((end_of_term(sample.start, span_of(sample.span), sample.zone) == sample.end));
}

BOOST_AUTO_TEST_CASE(from_a_date_ends_after_the_anniversary) {
    BOOST_TEST((end_of_term(date(2020, 5, 4), span_of("28 years"), "Europe/Paris") ==
                utc(2048, 5, 4, 22, 0)));
    BOOST_TEST(
        (end_of_term(date(2020, 2, 29), span_of("28 years"), "UTC") == utc(2048, 3, 1, 0, 0)));
    BOOST_TEST(
        (end_of_term(date(2072, 2, 29), span_of("28 years"), "UTC") == utc(2100, 3, 1, 0, 0)));
    BOOST_TEST((end_of_term(date(2020, 5, 4), span_of("6 hours"), "UTC") == utc(2020, 5, 5, 6, 0)));
    BOOST_TEST((end_of_term(date(2020, 5, 4), Span{}, "UTC") == utc(2020, 5, 5, 0, 0)));
}

BOOST_AUTO_TEST_CASE(a_later_start_or_a_longer_span_never_ends_sooner) {
    for (const char* zone : {"UTC", "Europe/Paris", "Australia/Lord_Howe", "America/St_Johns"}) {
        for (const char* unit : {"hours", "days", "weeks", "months", "years"}) {
            Timestamp before = Timestamp::min();
            for (int count = 0; count <= 60; ++count) {
                const Timestamp end =
                    end_of_term(utc(2024, 2, 29, 23, 30),
                                span_of(fmt::format("{} {}", count, unit).c_str()), zone);
                BOOST_REQUIRE((end > before));
                before = end;
            }
        }
        for (const char* text :
             {"1 month", "6 months", "1 year", "20 years", "30 days", "36 hours"}) {
            Timestamp before = Timestamp::min();
            for (hours later(0); later < days(3 * 366); later += hours(5)) {
                const Timestamp end =
                    end_of_term(utc(2023, 12, 1, 0, 0) + later, span_of(text), zone);
                BOOST_REQUIRE((end >= before));
                BOOST_REQUIRE((end > utc(2023, 12, 1, 0, 0) + later));
                before = end;
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(never_overflows) {
    for (const char* zone : {"UTC", "Europe/Paris", "Africa/Casablanca"})
        for (const char* text : {"0 days", "1000 years", "365000 days", "8760000 hours"}) {
            const Timestamp first = end_of_term(Timestamp::min(), span_of(text), zone);
            const Timestamp last = end_of_term(Timestamp::max(), span_of(text), zone);
            BOOST_TEST((first < utc(-28'000, 1, 1, 0, 0)));
            BOOST_TEST((last >= utc(30'000, 1, 1, 0, 0)));
            BOOST_TEST(
                (end_of_term(sys_days::max(), span_of(text), zone) >= utc(30'000, 1, 1, 0, 0)));
            BOOST_TEST(
                (end_of_term(sys_days::min(), span_of(text), zone) < utc(-28'000, 1, 1, 0, 0)));
        }
}

BOOST_AUTO_TEST_SUITE_END()
