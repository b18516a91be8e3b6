#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdio>

#include "policy/content/message_date.hpp"

using namespace consign::policy::content;
using namespace std::chrono;

BOOST_AUTO_TEST_SUITE(content_message_date)

struct Right {
    const char* text;
    year_month_day date;
};
std::ostream& operator<<(std::ostream& out, const Right& sample) {
    return out << sample.text;
}
const std::vector<Right> right{
    {"1980", December / 31 / 1980},
    {"198002", February / 29 / 1980},
    {"198102", February / 28 / 1981},
    {"190002", February / 28 / 1900},
    {"200002", February / 29 / 2000},
    {"198004", April / 30 / 1980},
    {"19800229", February / 29 / 1980},
    {" 19800229 ", February / 29 / 1980},
    {"1980022923", February / 29 / 1980},
    {"198002292359", February / 29 / 1980},
    {"19800229235960", February / 29 / 1980},
    {"19800229235959.1234", February / 29 / 1980},
    {"19800229235959.1-0500", February / 29 / 1980},
    {"198002+0100", February / 29 / 1980},
    {"1980.02.29", February / 29 / 1980},
    {"18000101", January / 1 / 1800},
    {"21991231", December / 31 / 2199},
};
BOOST_DATA_TEST_CASE(is_the_last_day_that_it_can_be, boost::unit_test::data::make(right)) {
    BOOST_TEST((parse_message_date(sample.text) == sys_days(sample.date)));
}

const std::vector<const char*> wrong{"",
                                     "0",
                                     "198",
                                     "19801",
                                     "1980022",
                                     "198002293",
                                     "19800230",
                                     "19810229",
                                     "19801301",
                                     "19800001",
                                     "19800100",
                                     "00000000",
                                     "00000101",
                                     "17991231",
                                     "22000101",
                                     "99991231",
                                     "1980022924",
                                     "198002292360",
                                     "19800229235961",
                                     "19800229235959.",
                                     "19800229.1",
                                     "198002292359.1",
                                     "19800229+01",
                                     "19800229+01000",
                                     "19800229+",
                                     "1980-02-29",
                                     "29/02/1980",
                                     "1980.2.29",
                                     "1980.02.3x",
                                     "198o0229",
                                     "abcdefgh",
                                     "19800229x",
                                     "19800229235959 1",
                                     "198000",
                                     "198013"};
BOOST_DATA_TEST_CASE(is_none_where_it_is_not_formed_rightly, boost::unit_test::data::make(wrong)) {
    BOOST_TEST(!parse_message_date(sample).has_value());
}

BOOST_AUTO_TEST_CASE(of_hprim_medecin_is_strict_too) {
    BOOST_TEST((parse_french_date("29/02/1980") == sys_days(February / 29 / 1980)));
    BOOST_TEST((parse_french_date(" 01/12/2009 ") == sys_days(December / 1 / 2009)));
    for (const char* const text :
         {"", "29/02/1981", "32/01/1980", "00/01/1980", "01/13/1980", "1/2/1980", "01/02/80",
          "01-02-1980", "aa/bb/cccc", "01/02/0000", "01/02/19801"})
        BOOST_TEST(!parse_french_date(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(of_each_day_of_four_centuries_is_that_day) {
    for (sys_days day = sys_days(January / 1 / 1800); day <= sys_days(December / 31 / 2199);
         day += days(1)) {
        const year_month_day date(day);
        char text[16];
        std::snprintf(text, sizeof text, "%04d%02u%02u", int(date.year()), unsigned(date.month()),
                      unsigned(date.day()));
        BOOST_REQUIRE((parse_message_date(text) == day));
    }
}

BOOST_AUTO_TEST_SUITE_END()
