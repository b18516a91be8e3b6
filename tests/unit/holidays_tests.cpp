#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/calendar/holidays.hpp"

using namespace consign::policy;
using namespace std::chrono;

BOOST_AUTO_TEST_SUITE(holidays)

namespace {

year_month_day date(int y, unsigned m, unsigned d) {
    return year(y) / month(m) / day(d);
}

std::vector<year_month_day> of_year(const Holidays& holidays, int y) {
    std::vector<year_month_day> found;
    for (sys_days each = date(y, 1, 1); each < sys_days(date(y + 1, 1, 1)); each += days(1))
        if (holidays.contains(each)) found.emplace_back(each);
    return found;
}

}  // namespace

struct Easter {
    int year;
    unsigned month, day;
};
std::ostream& operator<<(std::ostream& out, const Easter& sample) {
    return out << sample.year;
}
// Of the almanacs; the earliest (22 March) and latest (25 April) possible among them.
const std::vector<Easter> easters{
    {1583, 4, 10}, {1818, 3, 22}, {1886, 4, 25}, {1943, 4, 25}, {1954, 4, 18}, {1981, 4, 19},
    {1990, 4, 15}, {1999, 4, 4},  {2000, 4, 23}, {2008, 3, 23}, {2011, 4, 24}, {2016, 3, 27},
    {2019, 4, 21}, {2024, 3, 31}, {2025, 4, 20}, {2026, 4, 5},  {2027, 3, 28}, {2028, 4, 16},
    {2035, 3, 25}, {2038, 4, 25}, {2049, 4, 18}, {2076, 4, 19}, {2099, 4, 12}, {2100, 3, 28},
};
BOOST_DATA_TEST_CASE(easter_is_when_the_almanac_says, boost::unit_test::data::make(easters)) {
    BOOST_TEST((easter_sunday(year(sample.year)) ==
                sys_days(date(sample.year, sample.month, sample.day))));
}

BOOST_AUTO_TEST_CASE(easter_is_a_sunday_between_22_march_and_25_april) {
    for (int y = 1583; y < 4000; ++y) {
        const sys_days easter = easter_sunday(year(y));
        BOOST_REQUIRE((weekday(easter) == Sunday));
        BOOST_REQUIRE((easter >= sys_days(date(y, 3, 22)) && easter <= sys_days(date(y, 4, 25))));
    }
}

BOOST_AUTO_TEST_CASE(france_has_the_eleven_of_the_code_du_travail) {
    const Holidays france = Holidays::built_in("france").value();
    BOOST_TEST(
        (of_year(france, 2026) ==
         std::vector{date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8),
                     date(2026, 5, 14), date(2026, 5, 25), date(2026, 7, 14), date(2026, 8, 15),
                     date(2026, 11, 1), date(2026, 11, 11), date(2026, 12, 25)}));
    BOOST_TEST(
        (of_year(france, 2024) ==
         std::vector{date(2024, 1, 1), date(2024, 4, 1), date(2024, 5, 1), date(2024, 5, 8),
                     date(2024, 5, 9), date(2024, 5, 20), date(2024, 7, 14), date(2024, 8, 15),
                     date(2024, 11, 1), date(2024, 11, 11), date(2024, 12, 25)}));
    for (int y = 1990; y <= 2100; ++y) {
        // Ascension may fall on 1 May (2008) or 8 May (1997): then there are ten.
        const std::size_t count = of_year(france, y).size();
        BOOST_TEST((count == 11 || count == 10));
    }
    BOOST_TEST(of_year(france, 2008).size() == 10);
    BOOST_TEST(of_year(france, 1997).size() == 10);
}

BOOST_AUTO_TEST_CASE(alsace_moselle_adds_good_friday_and_26_december) {
    const Holidays france = Holidays::built_in("france").value();
    const Holidays alsace = Holidays::built_in("france-alsace-moselle").value();
    for (int y = 1990; y <= 2100; ++y) {
        std::vector<year_month_day> expected = of_year(france, y);
        expected.push_back(date(y, 12, 26));
        expected.emplace_back(easter_sunday(year(y)) - days(2));
        std::ranges::sort(expected);
        BOOST_TEST((of_year(alsace, y) == expected), y);
    }
    BOOST_TEST(alsace.contains(date(2026, 4, 3)));
    BOOST_TEST(!france.contains(date(2026, 4, 3)));
}

BOOST_AUTO_TEST_CASE(there_are_no_other_calendars) {
    for (const std::string_view name : Holidays::built_in_names())
        BOOST_TEST(Holidays::built_in(name).has_value());
    BOOST_TEST(!Holidays::built_in("France").has_value());
    BOOST_TEST(!Holidays::built_in("").has_value());
    BOOST_TEST(of_year(Holidays{}, 2026).empty());
}

BOOST_AUTO_TEST_CASE(a_file_has_days_of_one_year_and_of_every_year) {
    const auto own = Holidays::from_lines(
        "\xEF\xBB\xBF# Fermeture annuelle\r\n2027-05-01\r\n\n  08-16   # the day "
        "after\n02-29\n2028-02-29");
    BOOST_REQUIRE(own.has_value());
    BOOST_TEST((of_year(*own, 2027) == std::vector{date(2027, 5, 1), date(2027, 8, 16)}));
    BOOST_TEST((of_year(*own, 2028) == std::vector{date(2028, 2, 29), date(2028, 8, 16)}));
    BOOST_TEST((Holidays::from_lines("").value() == Holidays{}));
}

struct Wrong {
    const char* text;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << sample.message;
}
#define EXPECTED "expected a date such as `2027-05-01`, or `05-01` for every year, found "
const std::vector<Wrong> wrong{
    {"2027-05-01\n01/05/2027", "line 2: " EXPECTED "`01/05/2027`"},
    {"2027-02-29", "line 1: " EXPECTED "`2027-02-29`"},
    {"# a\n\n02-30", "line 3: " EXPECTED "`02-30`"},
    {"13-01", "line 1: " EXPECTED "`13-01`"},
    {"00-10", "line 1: " EXPECTED "`00-10`"},
    {"2027-5-1", "line 1: " EXPECTED "`2027-5-1`"},
    {"2027-05-01 2027-05-08", "line 1: " EXPECTED "`2027-05-01 2027-05-08`"},
    {"-0-01", "line 1: " EXPECTED "`-0-01`"},
};
BOOST_DATA_TEST_CASE(says_which_line_is_wrong, boost::unit_test::data::make(wrong)) {
    const auto read = Holidays::from_lines(sample.text);
    BOOST_REQUIRE(!read.has_value());
    BOOST_TEST(read.error() == sample.message);
}

BOOST_AUTO_TEST_CASE(no_date_is_no_holiday) {
    const Holidays france = Holidays::built_in("france").value();
    BOOST_TEST(!france.contains(date(2026, 2, 30)));
    BOOST_TEST(!france.contains(date(2026, 13, 1)));
}

BOOST_AUTO_TEST_SUITE_END()
