#include <boost/test/unit_test.hpp>

#include "admin/moment.hpp"

using namespace consign::admin;

BOOST_AUTO_TEST_SUITE(moment)

BOOST_AUTO_TEST_CASE(a_day_is_taken_in_whole) {
    BOOST_TEST(moment_of("2026-12-31", DayEdge::start).value() == "2026-12-31T00:00:00.000000Z");
    BOOST_TEST(moment_of("2026-12-31", DayEdge::end).value() == "2027-01-01T00:00:00.000000Z");
}

BOOST_AUTO_TEST_CASE(a_day_at_the_site_ends_where_its_terms_do) {
    const auto paris = [](const char* day, DayEdge edge) {
        return moment_of(day, edge, "Europe/Paris").value();
    };
    BOOST_TEST(paris("2026-12-31", DayEdge::start) == "2026-12-30T23:00:00.000000Z");
    BOOST_TEST(paris("2026-12-31", DayEdge::end) == "2026-12-31T23:00:00.000000Z");
    BOOST_TEST(paris("2026-03-29", DayEdge::end) == "2026-03-29T22:00:00.000000Z");  // summer time
    BOOST_TEST(paris("2026-12-31T23:59:00Z", DayEdge::end) == "2026-12-31T23:59:00.000000Z");
}

BOOST_AUTO_TEST_CASE(a_moment_is_itself_whatever_the_edge) {
    BOOST_TEST(moment_of("2026-11-24T07:17:00+01:00", DayEdge::start).value() ==
               "2026-11-24T06:17:00.000000Z");
    BOOST_TEST(moment_of("2026-11-24T07:17:00+01:00", DayEdge::end).value() ==
               "2026-11-24T06:17:00.000000Z");
}

BOOST_AUTO_TEST_CASE(anything_else_is_nothing) {
    BOOST_TEST(!moment_of("yesterday", DayEdge::start).has_value());
    BOOST_TEST(!moment_of("", DayEdge::end).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
