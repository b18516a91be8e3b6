#include <array>
#include <boost/test/unit_test.hpp>

#include "policy/language/spelling.hpp"

using namespace consign::policy;

BOOST_AUTO_TEST_SUITE(spelling)

BOOST_AUTO_TEST_CASE(counts_edits) {
    BOOST_TEST(edit_distance("", "") == 0u);
    BOOST_TEST(edit_distance("home", "home") == 0u);
    BOOST_TEST(edit_distance("hme", "home") == 1u);
    BOOST_TEST(edit_distance("ohme", "home") == 1u);  // a swap is one
    BOOST_TEST(edit_distance("HOME", "home") == 0u);
    BOOST_TEST(edit_distance("abc", "") == 3u);
    BOOST_TEST(edit_distance("kitten", "sitting") == 3u);
}

BOOST_AUTO_TEST_CASE(offers_what_is_near_and_nothing_that_is_far) {
    constexpr std::array<std::string_view, 4> names{"home", "group", "grants", "from"};
    BOOST_TEST(nearest("hme", names) == "home");
    BOOST_TEST(nearest("grant", names) == "grants");
    BOOST_TEST(nearest("form", names) == "from");
    BOOST_TEST(nearest("Home", names) == "home");
    BOOST_TEST(nearest("certificate", names).empty());
    BOOST_TEST(nearest("", names).empty());
    BOOST_TEST(nearest(std::string(100'000, 'h'), names).empty());
    BOOST_TEST(suggestion("hme", names) == "; did you mean `home`?");
    BOOST_TEST(suggestion("zzz", names).empty());
}

BOOST_AUTO_TEST_CASE(cites_long_and_strange_text_safely) {
    BOOST_TEST(cited("a\x1b[2J") == "`a\\x1b[2J`");
    BOOST_TEST(cited(std::string(64, 'a')) == "`" + std::string(64, 'a') + "`");
    BOOST_TEST(cited(std::string(65, 'a')) == "`" + std::string(64, 'a') + "…`");
    BOOST_TEST(cited(std::string(63, 'a') + "\xc3\xa9z") ==
               "`" + std::string(63, 'a') + "\xc3\xa9…`");
}

BOOST_AUTO_TEST_SUITE_END()
