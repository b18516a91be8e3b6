#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <random>

#include "policy/content/field_pattern.hpp"

using consign::policy::content::FieldPattern;

BOOST_AUTO_TEST_SUITE(content_field_pattern)

struct Case {
    const char* pattern;
    const char* value;
    bool matches;
};
std::ostream& operator<<(std::ostream& out, const Case& sample) {
    return out << sample.pattern << " on " << sample.value;
}
const std::vector<Case> cases{
    {"ORU^R01", "ORU^R01^ORU_R01", true},
    {"ORU^R01", "ORU^R01", true},
    {"ORU^R01", "ORU", false},
    {"ORU^R01", "ORU^R011", false},
    {"ORU^R01", "XORU^R01", false},
    {"ORU", "ORU^R01", true},
    {"ORU", "ORUX^R01", false},
    {"ORU^^ORU_R01", "ORU^R99^ORU_R01", true},
    {"ORU^^ORU_R01", "ORU^R99", false},
    {"^R01", "ADT^R01", true},
    {"^R01", "R01", false},
    {"ORU^", "ORU^R01", true},
    {"ORU^*", "ORU", true},
    {"ORU^?*", "ORU", false},
    {"ORU^?*", "ORU^R", true},
    {"O*^R0?", "ORM^R01", true},
    {"O*U", "ORU^R01", true},
    {"*", "", true},
    {"*", "anything^else", true},
    {"?", "é", true},
    {"??", "é", false},
    {"*?", "é", true},
    {"a*b*c", "aXbYc", true},
    {"a*b*c", "acb", false},
    {"oru", "ORU", false},
    {"HNORD", "HSUD~HNORD^1", true},
    {"HNORD", "HSUD~X^HNORD", false},
    {"^1", "HSUD~HNORD^1", true},
    {"a^b", "a^x~y^b", false},  // components of two repetitions make no match
    {"^~\\&", "^~\\&", true},   // MSH-2
    {"a~b", "a~b", true},
    {"a.b+[c]", "a.b+[c]", true},
    {"a.b", "axb", false},
};
BOOST_DATA_TEST_CASE(compares_the_components_that_it_gives, boost::unit_test::data::make(cases)) {
    BOOST_TEST(FieldPattern::parse(sample.pattern)->matches(sample.value) == sample.matches);
}

BOOST_AUTO_TEST_CASE(ignores_the_case_of_ascii_letters_where_asked) {
    const auto pattern = FieldPattern::parse("Labo^é*", true).value();
    BOOST_TEST(pattern.matches("LABO^éX"));
    BOOST_TEST(!pattern.matches("LABO^ÉX"));
    BOOST_TEST(pattern.text() == "Labo^é*");
}

BOOST_AUTO_TEST_CASE(that_says_nothing_matches_nothing) {
    BOOST_TEST(!FieldPattern().matches(""));
    BOOST_TEST(!FieldPattern().matches("x"));
}

const std::vector<std::pair<std::string, std::string>> wrong{
    {"", "`` asks for nothing: write a value, or `*`"},
    {"^^", "`^^` asks for nothing: write a value, or `*`"},
    {"a\tb", "`a\\x09b` holds bytes that no value has"},
    {"a\xff", "`a\\xff` holds bytes that no value has"},
};
BOOST_AUTO_TEST_CASE(says_what_is_wrong) {
    for (const auto& [text, message] : wrong)
        BOOST_TEST(FieldPattern::parse(text).error() == message);
    BOOST_TEST(FieldPattern::parse(std::string(256, 'a')).has_value());
    BOOST_TEST(!FieldPattern::parse(std::string(257, 'a')).has_value());
}

BOOST_AUTO_TEST_CASE(takes_time_in_proportion_to_pattern_times_value) {
    std::string stars;
    for (int index = 0; index < 127; ++index) stars += "*a";
    const auto pattern = FieldPattern::parse(stars + "b").value();
    const std::string value(60'000, 'a');
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(!pattern.matches(value));
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(5)));
}

/// The plainest reading of the definition, exponential and obviously right, for one component.
bool matches_by_definition(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern[0] == '*')
        return matches_by_definition(pattern.substr(1), text) ||
               (!text.empty() && matches_by_definition(pattern, text.substr(1)));
    if (text.empty()) return false;
    return (pattern[0] == '?' || pattern[0] == text[0]) &&
           matches_by_definition(pattern.substr(1), text.substr(1));
}

BOOST_AUTO_TEST_CASE(agrees_with_its_definition_on_random_patterns) {
    std::mt19937 random(20260114);
    const auto word = [&](std::string_view letters, std::size_t longest) {
        std::string text;
        for (std::size_t left = random() % (longest + 1); left > 0; --left)
            text += letters[random() % letters.size()];
        return text;
    };
    int matched = 0;
    for (int round = 0; round < 20'000; ++round) {
        const std::string text = "a" + word("ab*?", 6);
        const std::string value = word("ab", 7);
        const bool matches = FieldPattern::parse(text)->matches(value);
        matched += matches ? 1 : 0;
        BOOST_REQUIRE_MESSAGE(matches == matches_by_definition(text, value),
                              text << " on " << value);
    }
    BOOST_TEST(matched > 1'000);
}

BOOST_AUTO_TEST_SUITE_END()
