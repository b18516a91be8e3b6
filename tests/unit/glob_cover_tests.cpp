#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/glob_cover.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

struct Sample {
    const char* glob;
    const char* other;
    bool covers;
};
std::ostream& operator<<(std::ostream& out, const Sample& sample) {
    return out << sample.glob << " " << sample.other;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(glob_cover)

const std::vector<Sample> samples{
    {"/**", "/**", true},
    {"/**", "/", true},
    {"/a/**", "/a", true},
    {"/a", "/a/**", false},
    {"/a/*", "/a/**", false},
    {"/a/**", "/a/*/b/**", true},
    {"/a/**/b", "/a/x/y/b", true},
    {"/a/**/b", "/a/**/b", true},
    {"/a/**/b", "/a/**/c/b", true},
    {"/a/**/b", "/a/**", false},
    {"/**/x/**", "/a/x/b", true},
    {"/*", "/a*", true},
    {"/a*", "/*", false},
    {"/*.hl7", "/x*.hl7", true},
    {"/*.hl7", "/*.hl7.gz", false},
    {"/a?", "/ab", true},
    {"/a?", "/a*", false},
    {"/a*", "/a?", true},
    {"/?", "/?", true},
    {"/?", "/é", false},  // no may stand for yes
    {"/{a,b}/**", "/b/x", true},
    {"/{a,b}/**", "/{a,c}/x", false},
    {"/a/b", "/a/B", false},
};
BOOST_DATA_TEST_CASE(covers_what_it_takes_all_of, boost::unit_test::data::make(samples)) {
    const Glob glob = Glob::path(sample.glob).value();
    const Glob other = Glob::path(sample.other).value();
    BOOST_TEST(covers(glob, other) == sample.covers);
}

BOOST_AUTO_TEST_CASE(case_counts_as_it_does_when_matching) {
    const Glob folding = Glob::path("/A/*", true).value();
    BOOST_TEST(covers(folding, Glob::path("/a/b").value()));
    BOOST_TEST(!covers(Glob::path("/a/*").value(), folding));
}

/// Whatever is covered is matched: held against every path of some letters.
BOOST_AUTO_TEST_CASE(a_path_that_the_covered_glob_matches_is_matched) {
    const std::vector<std::string> segments{"a", "b", "ab", "*", "a*", "*b", "?", "**"};
    const std::vector<std::string> names{"a", "b", "ab", "ba", "aab"};
    std::vector<Glob> globs;
    std::vector<VirtualPath> paths;
    const auto path = [](const std::string& text) { return VirtualPath::parse(text).value(); };
    for (const std::string& first : segments) {
        globs.push_back(Glob::path("/" + first).value());
        for (const std::string& second : segments)
            globs.push_back(Glob::path("/" + first + "/" + second).value());
    }
    for (const std::string& first : names) {
        paths.push_back(path("/" + first));
        for (const std::string& second : names) {
            paths.push_back(path("/" + first + "/" + second));
            paths.push_back(path("/" + first + "/" + second + "/a"));
        }
    }
    std::size_t covered = 0;
    for (const Glob& glob : globs)
        for (const Glob& other : globs) {
            if (!covers(glob, other)) continue;
            ++covered;
            for (const VirtualPath& one : paths)
                if (other.matches(one))
                    BOOST_TEST(glob.matches(one), glob.text()
                                                      << " " << other.text() << " " << one.text());
        }
    BOOST_TEST(covered > globs.size());
}

BOOST_AUTO_TEST_CASE(globs_meet_unless_their_literal_parts_part) {
    const auto meet = [](const char* glob, const char* other) {
        return may_meet(Glob::path(glob).value(), Glob::path(other).value());
    };
    BOOST_TEST(meet("/in/**", "/**"));
    BOOST_TEST(meet("/in/**", "/in/x/*.hl7"));
    BOOST_TEST(!meet("/in/**", "/out/**"));
    BOOST_TEST(meet("/{in,out}/**", "/out/x"));
}

BOOST_AUTO_TEST_SUITE_END()
