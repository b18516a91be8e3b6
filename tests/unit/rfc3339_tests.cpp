#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "desk/site/rfc3339.hpp"

using namespace consign;

namespace {

struct Moment {
    const char* text;
    std::int64_t microseconds;
};
std::ostream& operator<<(std::ostream& out, const Moment& moment) {
    return out << moment.text;
}

const Moment moments[]{
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:00.000001Z", 1},
    {"1970-01-01t00:00:00.5z", 500'000},
    {"1970-01-01 00:00:00Z", 0},
    {"2026-11-24T06:17:00Z", 1'795'501'020'000'000},
    {"2026-11-24T07:17:00+01:00", 1'795'501'020'000'000},
    {"2026-11-23T22:47:00-07:30", 1'795'501'020'000'000},
    {"2026-11-24T06:17:00.1234569Z", 1'795'501'020'123'456},
    {"2024-02-29T23:59:60Z", 1'709'251'200'000'000},
    {"1969-12-31T23:59:59.999999Z", -1},
};

const char* const no_moments[]{"",
                               "now",
                               "2026-11-24",
                               "2026-11-24T06:17:00",
                               "2026-11-24T06:17Z",
                               "2026-02-30T00:00:00Z",
                               "2025-02-29T00:00:00Z",
                               "2026-13-01T00:00:00Z",
                               "2026-00-01T00:00:00Z",
                               "2026-11-24T24:00:00Z",
                               "2026-11-24T06:60:00Z",
                               "2026-11-24T06:17:61Z",
                               "2026-11-24T06:17:00.Z",
                               "2026-11-24T06:17:00+24:00",
                               "2026-11-24T06:17:00+0100",
                               "2026-11-24T06:17:00Z ",
                               " 2026-11-24T06:17:00Z",
                               "2026-11-24T06:17:00ZZ",
                               "-026-11-24T06:17:00Z",
                               "2026-1-24T06:17:00Z",
                               "+2026-11-24T06:17:00Z",
                               "2026-11-24T0 :17:00Z"};

}  // namespace

BOOST_AUTO_TEST_SUITE(rfc3339)

BOOST_DATA_TEST_CASE(a_moment_is_read_to_the_microsecond, boost::unit_test::data::make(moments),
                     moment) {
    const auto read = desk::from_rfc3339(moment.text);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(to_microseconds(*read) == moment.microseconds);
}

BOOST_DATA_TEST_CASE(what_is_no_moment_is_nothing, boost::unit_test::data::make(no_moments), text) {
    BOOST_TEST(!desk::from_rfc3339(text).has_value());
}

BOOST_DATA_TEST_CASE(what_is_written_is_read_back, boost::unit_test::data::make(moments), moment) {
    const auto time = from_microseconds(moment.microseconds);
    BOOST_TEST((desk::from_rfc3339(desk::rfc3339(time)) == time));
}

BOOST_AUTO_TEST_CASE(is_written_in_utc_with_microseconds) {
    BOOST_TEST(desk::rfc3339(from_microseconds(1'795'501'020'000'007)) ==
               "2026-11-24T06:17:00.000007Z");
}

BOOST_AUTO_TEST_CASE(a_day_is_its_first_moment) {
    BOOST_TEST((desk::from_full_date("2026-11-24") == desk::from_rfc3339("2026-11-24T00:00:00Z")));
    BOOST_TEST(!desk::from_full_date("2026-11-31").has_value());
    BOOST_TEST(!desk::from_full_date("2026-11-24T").has_value());
    BOOST_TEST(!desk::from_full_date("24.11.2026").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
