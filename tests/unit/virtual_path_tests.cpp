#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/virtual_path.hpp"

using consign::VirtualPath;

BOOST_AUTO_TEST_SUITE(virtual_path)

struct Written {
    const char* raw;
    const char* normalised;
};
std::ostream& operator<<(std::ostream& out, const Written& written) {
    return out << written.raw;
}

const std::array written{Written{"", "/"},          Written{"/", "/"},
                         Written{".", "/"},         Written{"a", "/a"},
                         Written{"/a//b/", "/a/b"}, Written{"/a/./b", "/a/b"},
                         Written{"/a/../b", "/b"},  Written{"/../../etc", "/etc"},
                         Written{"/a/b/..", "/a"},  Written{"/\xe9t\xe9", "/\xe9t\xe9"}};

BOOST_DATA_TEST_CASE(is_normalised_once_and_never_climbs_out,
                     boost::unit_test::data::make(written)) {
    const auto path = VirtualPath::parse(sample.raw);
    BOOST_REQUIRE(path.has_value());
    BOOST_TEST(path->text() == sample.normalised);
}

BOOST_AUTO_TEST_CASE(refuses_control_bytes_and_what_is_too_long) {
    BOOST_TEST(
        (VirtualPath::parse(std::string_view("/a\0b", 4)).error() == std::errc::invalid_argument));
    BOOST_TEST((VirtualPath::parse("/a\nb").error() == std::errc::invalid_argument));
    BOOST_TEST(
        (VirtualPath::parse("/" + std::string(256, 'x')).error() == std::errc::filename_too_long));
    BOOST_TEST(VirtualPath::parse("/" + std::string(255, 'x')).has_value());
    std::string deep;
    for (int level = 0; level < 65; ++level) deep += "/d";
    BOOST_TEST((VirtualPath::parse(deep).error() == std::errc::filename_too_long));
    BOOST_TEST(
        (VirtualPath::parse(std::string(100'000, '/')).error() == std::errc::filename_too_long));
}

BOOST_AUTO_TEST_CASE(contains_itself_and_what_is_below_and_no_namesake) {
    const auto home = *VirtualPath::parse("/labs/biomed");
    BOOST_TEST(home.contains(home));
    BOOST_TEST(home.contains(*VirtualPath::parse("/labs/biomed/in")));
    BOOST_TEST(!home.contains(*VirtualPath::parse("/labs/biomed2")));
    BOOST_TEST(VirtualPath().contains(home));
    BOOST_TEST(home.relative(*VirtualPath::parse("/labs/biomed/in/x")).text() == "/in/x");
    BOOST_TEST(home.joined(*VirtualPath::parse("/in"))->text() == "/labs/biomed/in");
    BOOST_TEST(home.joined(VirtualPath())->text() == "/labs/biomed");
}

BOOST_AUTO_TEST_CASE(shows_every_byte_so_that_it_can_be_had_back) {
    BOOST_TEST(consign::display_name("caf\xc3\xa9") == "caf\xc3\xa9");
    BOOST_TEST(consign::display_name("caf\xe9") == "caf\\xe9");
    BOOST_TEST(consign::display_name("a\\b") == "a\\\\b");
    BOOST_TEST(consign::display_name("\xed\xa0\x80") ==
               "\\xed\\xa0\\x80");  // a surrogate is not UTF-8
}

BOOST_AUTO_TEST_CASE(shows_no_control_character_as_it_is) {
    BOOST_TEST(consign::display_name("\x1b[2J\x7f") == "\\x1b[2J\\x7f");
    BOOST_TEST(consign::display_name("a\xc2\x80"
                                     "b\xc2\x9b"
                                     "c\xc2\x9f") ==
               "a\\xc2\\x80b\\xc2\\x9b"
               "c\\xc2\\x9f");
    BOOST_TEST(consign::display_name("\xc2\xa0\xc3\x9b") ==
               "\xc2\xa0\xc3\x9b");                                      // their neighbours
    BOOST_TEST(VirtualPath::parse("/\xc2\x9b")->text() == "/\xc2\x9b");  // and yet may be brought
}

BOOST_AUTO_TEST_CASE(what_is_signed_has_the_newer_control_characters_as_they_are) {
    BOOST_TEST(consign::display_keeping_c1("a\xc2\x9b"
                                           "b\\\x1b\xff") ==
               "a\xc2\x9b"
               "b\\\\\\x1b\\xff");
}

BOOST_AUTO_TEST_SUITE_END()
