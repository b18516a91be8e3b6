#include <boost/test/unit_test.hpp>
#include <chrono>

#include "policy/pattern.hpp"

using namespace consign::policy;

BOOST_AUTO_TEST_SUITE(pattern)

BOOST_AUTO_TEST_CASE(matches_the_whole_text) {
    const auto pattern = Pattern::parse("/labs/[^/]+/in/.*\\.hl7").value();
    BOOST_TEST(pattern.matches("/labs/a/in/r.hl7"));
    BOOST_TEST(!pattern.matches("/labs/a/in/r.hl7.gz"));
    BOOST_TEST(!pattern.matches("x/labs/a/in/r.hl7"));
}

BOOST_AUTO_TEST_CASE(case_counts_unless_the_rule_says_otherwise) {
    BOOST_TEST(!Pattern::parse("/IN/.*").value().matches("/in/a"));
    BOOST_TEST(Pattern::parse("/IN/.*", true).value().matches("/in/a"));
}

BOOST_AUTO_TEST_CASE(captures_by_number_and_by_name) {
    const auto pattern = Pattern::parse("/(?P<lab>[^/]+)/(\\d+)?(x)?").value();
    const auto captures = pattern.captures("/biomed/17");
    BOOST_TEST(captures.size() == 4u);
    BOOST_TEST(captures[*pattern.capture_named("0")] == "/biomed/17");
    BOOST_TEST(captures[*pattern.capture_named("lab")] == "biomed");
    BOOST_TEST(captures[*pattern.capture_named("2")] == "17");
    BOOST_TEST(captures[*pattern.capture_named("3")] == "");
    BOOST_TEST(!pattern.capture_named("4"));
    BOOST_TEST(!pattern.capture_named("hospital"));
    BOOST_TEST(!pattern.capture_named("-1"));
    BOOST_TEST(!pattern.capture_named(""));
    BOOST_TEST(pattern.captures("nothing of it").empty());
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_utf_8_is_matched_byte_by_byte) {
    BOOST_TEST(Pattern::parse("/in/r.sum.").value().matches("/in/r\xe9sum\xe9"));
    BOOST_TEST(Pattern::parse("/in/é").value().matches("/in/é"));
}

BOOST_AUTO_TEST_CASE(a_mistake_is_told) {
    const auto wrong = Pattern::parse("/in/(");
    BOOST_TEST(wrong.error().find("missing )") != std::string::npos);
    BOOST_TEST(!Pattern::parse("(a)\\1"));  // no back references: they cannot be linear
    BOOST_TEST(!Pattern::parse(std::string(Pattern::pattern_limit_bytes + 1, 'a')));
    std::string groups;
    for (std::size_t count = 0; count <= Pattern::capture_limit; ++count) groups += "(a)";
    BOOST_TEST(!Pattern::parse(groups));
    // What would need too much memory is refused when it is written, not when it is matched.
    BOOST_TEST(!Pattern::parse("((((a{100}){100}){100}){100})"));
}

BOOST_AUTO_TEST_CASE(no_pattern_runs_away) {
    const auto pattern = Pattern::parse("(a*)*b").value();
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST(!pattern.matches(std::string(1024, 'a')));
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_SUITE_END()
