#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "admin/table.hpp"

using namespace consign;

namespace {

/// What `fill` prints.
template <class Fill>
std::string printed(Fill fill) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* out = ::open_memstream(&text, &size);
    {
        admin::Table table({{"NAME"}, {"SIZE", true}, {"PATH"}}, out);
        fill(table);
        table.finish();
    }
    std::fclose(out);
    std::string result(text, size);
    std::free(text);
    return result;
}

struct Shown {
    const char* text;
    const char* safe;
};
std::ostream& operator<<(std::ostream& out, const Shown& shown) {
    return out << shown.safe;
}

const Shown shown[]{
    {"/labs/été", "/labs/été"},
    {"\x1b[2J", "\\u{001b}[2J"},
    {"a\nb\tc\x7f", "a\\u{000a}b\\u{0009}c\\u{007f}"},
    {"\xc2\x9b", "\\u{009b}"},  // CSI in one character
    {"\xe2\x80\xae"
     "gpj",
     "\\u{202e}gpj"},  // right-to-left override
    {"\xe2\x81\xa6", "\\u{2066}"},
    {"\xf0\x9f\x92\x89", "\xf0\x9f\x92\x89"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(table)

BOOST_AUTO_TEST_CASE(columns_are_aligned_by_characters_not_bytes) {
    BOOST_TEST(printed([](admin::Table& table) {
                   table.add({"été", "7", "/a"});
                   table.add({"lab-biomed", "1024", "/b c"});
               }) ==
               "NAME        SIZE  PATH\n"
               "été            7  /a\n"
               "lab-biomed  1024  /b c\n");
}

BOOST_AUTO_TEST_CASE(an_empty_cell_is_seen) {
    BOOST_TEST(printed([](admin::Table& table) { table.add({"", "", ""}); }) ==
               "NAME  SIZE  PATH\n"
               "-        -  -\n");
}

BOOST_AUTO_TEST_CASE(no_heading_stands_over_nothing) {
    BOOST_TEST(printed([](admin::Table&) {}).empty());
}

BOOST_AUTO_TEST_CASE(later_rows_stream_and_may_be_wider) {
    const std::string text = printed([](admin::Table& table) {
        for (std::size_t i = 0; i < admin::Table::measured_rows; ++i) table.add({"a", "1", "/"});
        table.add({"much wider than NAME", "1", "/"});
    });
    BOOST_TEST(text.ends_with("a        1  /\nmuch wider than NAME     1  /\n"));
}

BOOST_DATA_TEST_CASE(what_would_deceive_a_terminal_is_spelled_out,
                     boost::unit_test::data::make(shown), one) {
    BOOST_TEST(admin::safe_for_terminal(one.text) == one.safe);
}

BOOST_AUTO_TEST_CASE(lines_stay_lines) {
    BOOST_TEST(admin::safe_lines_for_terminal("one\xc2\x9b\n\ttwo\n") ==
               "one\\u{009b}\n\\u{0009}two\n");
    BOOST_TEST(admin::safe_lines_for_terminal("").empty());
}

BOOST_AUTO_TEST_SUITE_END()
