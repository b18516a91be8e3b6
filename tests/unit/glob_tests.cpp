#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <random>

#include "policy/glob.hpp"

using consign::VirtualPath;
using consign::policy::Glob;

namespace {

VirtualPath path(std::string_view text) {
    return VirtualPath::parse(text).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(glob)

struct Case {
    const char* pattern;
    const char* path;
    bool matches;
};
std::ostream& operator<<(std::ostream& out, const Case& sample) {
    return out << sample.pattern << " on " << sample.path;
}

const std::vector<Case> cases{
    {"/", "/", true},
    {"/", "/a", false},
    {"/**", "/", true},
    {"/**", "/a/b/c", true},
    {"/out/**", "/out", true},
    {"/out/**", "/out/a", true},
    {"/out/**", "/out/a/b", true},
    {"/out/**", "/outside", false},
    {"/out/**", "/", false},
    {"/out/*", "/out", false},
    {"/out/*", "/out/a", true},
    {"/out/*", "/out/a/b", false},
    {"/*/in/**", "/biomed/in/x", true},
    {"/*/in/**", "/a/b/in/x", false},
    {"/**/in", "/in", true},
    {"/**/in", "/a/b/in", true},
    {"/**/in", "/a/in/b", false},
    {"/a/**/b", "/a/b", true},
    {"/a/**/b", "/a/x/y/b", true},
    {"/a/**/b", "/a/xb", false},
    {"/**/a/**/b", "/x/a/y/a/b", true},
    {"/f?o", "/foo", true},
    {"/f?o", "/fo", false},
    {"/f?o", "/f/o", false},
    {"/f?o", "/f\xc3\xa9o", true},  // one character of two bytes
    {"/f??o", "/f\xc3\xa9o", false},
    {"/f?o", "/f\xe9o", true},     // Latin-1: one byte
    {"/*??", "/\xc3\xa9", false},  // a star splits no character
    {"/*?", "/\xc3\xa9", true},
    {"/*", "/.hidden", true},
    {"/*.hl7", "/a.hl7", true},
    {"/*.hl7", "/a.HL7", false},
    {"/*.hl7", "/.hl7", true},
    {"/a*b*c", "/aXbYc", true},
    {"/a*b*c", "/acb", false},
    {"/*a*a*a*b", "/aaaaaaab", true},
    {"/{in,out}/**", "/out/x", true},
    {"/{in,out}/**", "/up/x", false},
    {"/{in,out/deep}/*", "/out/deep/x", true},
    {"/a{,.gz}", "/a", true},
    {"/a{,.gz}", "/a.gz", true},
    {"/{a{b,c},d}", "/ac", true},
    {"/{a{b,c},d}", "/d", true},
    {"/{a{b,c},d}", "/a", false},
    {"/x,y", "/x,y", true},
    {"/[ab]", "/[ab]", true},  // no classes
    {"/[ab]", "/a", false},
    {"/a\\*", "/a\\x", true},  // no escapes
};

BOOST_DATA_TEST_CASE(matches_as_the_language_says, boost::unit_test::data::make(cases)) {
    const auto glob = Glob::path(sample.pattern);
    BOOST_REQUIRE(glob.has_value());
    BOOST_TEST(glob->matches(path(sample.path)) == sample.matches);
}

struct Wrong {
    const char* pattern;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << sample.pattern;
}

const std::vector<Wrong> wrong_paths{
    {"in/**", "`in/**` does not start with `/`"},
    {"", "`` does not start with `/`"},
    {"/in/", "`/in/` can never match: no path has `//` or a `/` at its end"},
    {"/in//x", "`/in//x` can never match: no path has `//` or a `/` at its end"},
    {"/in/../x", "`/in/../x` can never match: paths hold no `..`"},
    {"/in/./x", "`/in/./x` can never match: paths hold no `.`"},
    {"/in/**x", "in `/in/**x`: `**` stands alone between slashes"},
    {"/in/***", "in `/in/***`: `**` stands alone between slashes"},
    {"/{a,b", "a `{` without its `}`"},
    {"/a}", "a `}` without its `{`"},
    {"/{*,a}*", "a `*` beside braces that hold a `*`"},
    {"/*{*,a}", "a `*` beside braces that hold a `*`"},
    {"/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "more than 64 alternatives"},
    {"/{{{{{{{{{a}}}}}}}}}", "braces nested more than 8 deep"},
    {"/{a,../b}", "`/../b` can never match: paths hold no `..`"},
};

BOOST_DATA_TEST_CASE(refuses_what_could_never_match, boost::unit_test::data::make(wrong_paths)) {
    const auto glob = Glob::path(sample.pattern);
    BOOST_REQUIRE(!glob.has_value());
    BOOST_TEST(glob.error() == sample.message);
}

BOOST_AUTO_TEST_CASE(bounds_what_it_takes) {
    BOOST_TEST(!Glob::path("/" + std::string(1024, 'a')).has_value());
    std::string deep;
    for (int level = 0; level < 65; ++level) deep += "/*";
    BOOST_TEST(!Glob::path(deep).has_value());
    // Thousands of alternatives, written flat: told, and not written out first.
    std::string flat = "/{";
    for (int index = 0; index < 500; ++index) flat += "a,";
    BOOST_TEST(!Glob::path(flat + "a}").has_value());
}

BOOST_AUTO_TEST_CASE(takes_bounded_time_on_patterns_that_make_backtracking_explode) {
    std::string stars = "/**/";
    for (int index = 0; index < 100; ++index) stars += "a*";
    stars += "b";
    std::string depths;
    for (int index = 0; index < 30; ++index) depths += "/**/a";
    const auto begin = std::chrono::steady_clock::now();
    const auto of_stars = Glob::path(stars).value();
    const auto of_depths = Glob::path(depths + "/b").value();
    std::string names;
    for (int index = 0; index < 60; ++index) names += "/a";
    for (int round = 0; round < 100; ++round) {
        BOOST_TEST(!of_stars.matches(path("/x/" + std::string(255, 'a'))));
        BOOST_TEST(!of_depths.matches(path(names)));
    }
    // 2^100 steps would not end; what it takes is milliseconds, and slow machines are given
    // seconds.
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_CASE(folds_ascii_and_nothing_else_where_asked) {
    const auto glob = Glob::path("/Labs/*.HL7", true).value();
    BOOST_TEST(glob.matches(path("/lABS/a.hl7")));
    const auto accented = Glob::path("/\xc3\xa9", true).value();
    BOOST_TEST(!accented.matches(path("/\xc3\x89")));
}

BOOST_AUTO_TEST_CASE(of_names_sees_one_segment) {
    BOOST_TEST(Glob::name("*.{tmp,part}")->matches_name("a.part"));
    BOOST_TEST(!Glob::name("*.tmp")->matches_name("a.tmp2"));
    BOOST_TEST(!Glob::name("in/*.tmp").has_value());
    BOOST_TEST(!Glob::name("**").has_value());
    BOOST_TEST(!Glob::name("").has_value());
    BOOST_TEST(!Glob().matches_name(""));
    BOOST_TEST(!Glob().matches(VirtualPath()));
}

struct Leading {
    const char* pattern;
    const char* folder;
    bool leads_on;
    bool covers;
};
std::ostream& operator<<(std::ostream& out, const Leading& sample) {
    return out << sample.pattern << " from " << sample.folder;
}
const std::vector<Leading> leading{
    {"/in/**", "/", true, false},    {"/in/**", "/in", true, true},
    {"/in/**", "/in/a", true, true}, {"/in/**", "/out", false, false},
    {"/in/*", "/in", true, false},   {"/in/*", "/in/a", false, false},
    {"/a/b", "/a", true, false},     {"/a/b", "/a/b", false, false},
    {"/**/b", "/a", true, false},    {"/**/b", "/a/b", true, false},
    {"/**", "/", true, true},        {"/", "/", false, false},
    {"/*/in/**", "/x", true, false}, {"/*/in/**", "/x/in", true, true},
    {"/{a,b/c}", "/b", true, false}, {"/{a,b/c}", "/a", false, false},
};
BOOST_DATA_TEST_CASE(tells_what_lies_below_a_folder, boost::unit_test::data::make(leading)) {
    const auto glob = Glob::path(sample.pattern).value();
    BOOST_TEST(glob.leads_on_from(path(sample.folder)) == sample.leads_on);
    BOOST_TEST(glob.covers_below(path(sample.folder)) == sample.covers);
}

BOOST_AUTO_TEST_CASE(names_its_parts_without_wildcards) {
    const auto parts = Glob::path("/{in,out/deep}/x*/y").value().literal_parts();
    BOOST_REQUIRE(parts.size() == 2u);
    BOOST_TEST(parts[0].text() == "/in");
    BOOST_TEST(parts[1].text() == "/out/deep");
    BOOST_TEST(Glob::path("/a/b").value().is_literal());
    BOOST_TEST(Glob::path("/{a,b}").value().is_literal());
    BOOST_TEST(!Glob::path("/a/?").value().is_literal());
}

/// The plainest reading of the definition, exponential and obviously right, for short patterns.
bool matches_by_definition(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern.starts_with("/**")) {
        if (!text.empty() && text[0] != '/') return false;
        const std::string_view rest = pattern.substr(3);
        if (matches_by_definition(rest, text)) return true;
        for (std::size_t end = 1; !text.empty() && end <= text.size(); ++end)
            if ((end == text.size() || text[end] == '/') &&
                matches_by_definition(rest, text.substr(end)))
                return true;
        return false;
    }
    if (pattern[0] == '*') {
        if (matches_by_definition(pattern.substr(1), text)) return true;
        return !text.empty() && text[0] != '/' && matches_by_definition(pattern, text.substr(1));
    }
    if (text.empty()) return false;
    const bool fits = pattern[0] == text[0] || (pattern[0] == '?' && text[0] != '/');
    return fits && matches_by_definition(pattern.substr(1), text.substr(1));
}

BOOST_AUTO_TEST_CASE(agrees_with_its_definition_on_random_patterns) {
    std::mt19937 random(20260101);
    const auto pick = [&](std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
    };
    int matched = 0;
    for (int round = 0; round < 20'000; ++round) {
        constexpr std::array<const char*, 10> parts{"**", "a",  "b",  "*",   "?",
                                                    "a*", "*b", "a?", "*a*", "ab"};
        constexpr std::array<const char*, 6> names{"a", "b", "ab", "ba", "aab", "bb"};
        std::string pattern;
        std::string text;
        for (std::size_t count = 1 + pick(4); count > 0; --count)
            pattern.append("/").append(parts[pick(parts.size())]);
        for (std::size_t count = pick(5); count > 0; --count)
            text.append("/").append(names[pick(names.size())]);
        const bool expected = matches_by_definition(pattern, text);
        BOOST_TEST_REQUIRE(Glob::path(pattern).value().matches(path(text)) == expected,
                           pattern << " on " << text);
        matched += expected ? 1 : 0;
    }
    BOOST_TEST(matched > 1000);
}

BOOST_AUTO_TEST_SUITE_END()
