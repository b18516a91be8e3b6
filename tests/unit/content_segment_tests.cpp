#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/content/segment.hpp"
#include "policy/content/text_pieces.hpp"

using namespace consign::policy::content;
using namespace std::string_view_literals;

namespace {

constexpr Delimiters usual{
    .field = '|', .component = '^', .repetition = '~', .escape = '\\', .subcomponent = '&'};

}  // namespace

BOOST_AUTO_TEST_SUITE(content_segment)

struct Escape {
    const char* raw;
    const char* plain;
};
std::ostream& operator<<(std::ostream& out, const Escape& sample) {
    return out << sample.raw;
}
const std::vector<Escape> escapes{
    {"", ""},
    {"a^b&c~d", "a^b&c~d"},
    {"\\F\\", "|"},
    {"\\S\\\\T\\\\R\\\\E\\", "^&~\\"},
    {"\\E\\F\\E\\", "\\F\\"},  // an escaped escape begins nothing
    {"\\X41\\", "A"},
    {"\\X4142\\", "AB"},
    {"\\X\\", ""},
    {"\\X4\\", "\\X4\\"},
    {"\\XGG\\", "\\XGG\\"},
    {"\\XE9\\", "é"},
    {"\\XC3A9\\", "é"},
    {"\\X09\\", ""},
    {"a\\.br\\b", "a b"},
    {"\\.sp+2\\", " "},
    {"\\H\\a\\N\\", "a"},
    {"\\Z12\\", "\\Z12\\"},
    {"\\", "\\"},
    {"\\\\", "\\\\"},
    {"end\\F", "end\\F"},
    {"C:\\temp\\S\\x", "C:\\temp^x"},
    {"\"\"", ""},
    {"\"\"\"\"", "\"\"\"\""},
};
BOOST_DATA_TEST_CASE(escapes_are_undone, boost::unit_test::data::make(escapes)) {
    BOOST_TEST(plain(sample.raw, usual) == sample.plain);
}

BOOST_AUTO_TEST_CASE(without_an_escape_character_nothing_is_undone) {
    BOOST_TEST(plain("\\F\\", Delimiters{.field = '|', .component = '^'}) == "\\F\\");
}

struct Begin {
    std::string_view segment;
    std::string_view found;  // the five delimiters, '.' for one that is not there; empty: none
};
std::ostream& operator<<(std::ostream& out, const Begin& sample) {
    return out << sample.segment;
}
const std::vector<Begin> begins{{"MSH|^~\\&|", "|^~\\&"},
                                {"MSH|^~\\&", "|^~\\&"},
                                {"MSH|^~\\&#|A", "|^~\\&"},
                                {"MSH|^|", "|^..."},
                                {"MSH#*+?!#", "#*+?!"},
                                {"MSH", ""},
                                {"MSH|", ""},
                                {"MSH||", ""},
                                {"MSH|^~\\&#$|", ""},
                                {"MSH|^~\\a|", ""},
                                {"MSH|^~\\1|", ""},
                                {"MSH|^~^&|", ""},
                                {"MSH ^~\\&|", ""},
                                {"MSH|^ \\&|", ""},
                                {"MSH|^~\\\xe9|", ""},
                                {"MSHA^~\\&A", ""},
                                {"MSH\x01^~\\&\x01", ""}};
BOOST_DATA_TEST_CASE(begins_with_its_delimiters, boost::unit_test::data::make(begins)) {
    const auto found = delimiters_of(sample.segment, 3);
    BOOST_REQUIRE(found.has_value() == !sample.found.empty());
    if (!found) return;
    std::string text{found->field, found->component, found->repetition, found->escape,
                     found->subcomponent};
    std::ranges::replace(text, '\0', '.');
    BOOST_TEST(text == sample.found);
}

BOOST_AUTO_TEST_CASE(lines_end_in_every_way) {
    const Lines lines = lines_of("a\rb\nc\r\n\r\n\n\rd");
    const std::vector<std::string_view> expected{"a", "b", "c", "", "", ""};
    BOOST_TEST(lines.ended == expected, boost::test_tools::per_element());
    BOOST_TEST(lines.rest == "d");
    BOOST_TEST(lines_of("").ended.empty());
    BOOST_TEST(lines_of("x\n").rest.empty());
}

BOOST_AUTO_TEST_CASE(segments_stand_without_framing) {
    const auto segments = segments_of(
        "\x0b"
        "MSH|a \r\n\r  PID|b\n\x1c\r"sv);
    const std::vector<std::string_view> expected{"MSH|a", "PID|b"};
    BOOST_TEST(segments == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(parts_count_from_one) {
    BOOST_TEST(part("a|b||c", '|', 1) == "a");
    BOOST_TEST(part("a|b||c", '|', 3) == "");
    BOOST_TEST(part("a|b||c", '|', 4) == "c");
    BOOST_TEST(part("a|b||c", '|', 5) == "");
    BOOST_TEST(part("", '|', 1) == "");
}

BOOST_AUTO_TEST_SUITE_END()
