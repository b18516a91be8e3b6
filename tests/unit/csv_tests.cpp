#include <boost/test/unit_test.hpp>
#include <vector>

#include "admin/csv.hpp"

using namespace consign;

namespace {
std::string record(std::vector<std::string> fields) {
    return admin::csv_record(fields);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(csv)

BOOST_AUTO_TEST_CASE(fields_are_parted_by_commas_and_ended_by_crlf) {
    BOOST_TEST(record({"a", "b c", "é"}) == "a,b c,é\r\n");
    BOOST_TEST(record({"", "", ""}) == ",,\r\n");
    BOOST_TEST(record({""}) == "\r\n");
}

BOOST_AUTO_TEST_CASE(what_has_a_meaning_in_csv_is_quoted) {
    BOOST_TEST(record({"a,b", "say \"no\"", "two\nlines", "cr\r"}) ==
               "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\"cr\r\"\r\n");
}

BOOST_AUTO_TEST_CASE(what_has_a_meaning_in_a_spreadsheet_alone_is_left) {
    BOOST_TEST(record({"=1+1", "@a", "-b", "+c"}) == "=1+1,@a,-b,+c\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
