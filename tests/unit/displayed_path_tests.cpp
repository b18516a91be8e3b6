#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <random>

#include "desk/site/displayed_path.hpp"

using namespace consign;

BOOST_AUTO_TEST_SUITE(displayed_path)

BOOST_AUTO_TEST_CASE(every_path_that_is_shown_is_had_back) {
    std::mt19937 random(2026);
    std::uniform_int_distribution<int> byte(1, 255);
    std::size_t tried = 0;
    while (tried < 2000) {
        std::string raw;
        for (int i = byte(random) % 40; i >= 0; --i) raw.push_back(static_cast<char>(byte(random)));
        const auto path = VirtualPath::parse(raw);
        if (!path) continue;
        ++tried;
        const auto back = desk::from_displayed(path->display());
        BOOST_REQUIRE(back.has_value());
        BOOST_TEST(std::string(back->text()) == std::string(path->text()));
    }
}

BOOST_AUTO_TEST_CASE(a_control_character_is_had_back_as_it_is_shown_and_as_it_is) {
    const auto path = VirtualPath::parse("/a\xc2\x9b");
    BOOST_TEST(path->display() == "/a\\xc2\\x9b");
    for (const char* text : {"/a\\xc2\\x9b", "/a\xc2\x9b"})
        BOOST_TEST((desk::from_displayed(text) == *path));
}

const char* const malformed[]{"/a\\",  "/a\\x",  "/a\\x4", "/a\\xzz",
                              "/a\\n", "/\\x00", "/\\x0a", "/\\x7f"};

BOOST_DATA_TEST_CASE(what_no_path_is_shown_as_is_nothing, boost::unit_test::data::make(malformed),
                     text) {
    BOOST_TEST(!desk::from_displayed(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
