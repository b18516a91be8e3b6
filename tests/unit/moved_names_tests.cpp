#include <boost/test/unit_test.hpp>

#include "desk/site/moved_names.hpp"

using namespace consign;
using desk::MovedName;
using desk::MovedNames;

namespace {

constexpr Timestamp now{std::chrono::hours(500'000)};

MovedName moved(std::string_view path, Timestamp when = now, std::uint64_t size_bytes = 1) {
    return {.account = "lab",
            .whole = VirtualPath::parse(path).value(),
            .size_bytes = size_bytes,
            .moved = when};
}

bool knows(const MovedNames& names, std::string_view path, Timestamp since = now) {
    return names.find("lab", VirtualPath::parse(path).value(), since).has_value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(moved_names)

BOOST_AUTO_TEST_CASE(a_name_is_known_to_its_account_alone_where_it_is_fresh) {
    MovedNames names;
    names.add(moved("/in/a"));
    BOOST_TEST(knows(names, "/in/a"));
    BOOST_TEST(!knows(names, "/in/a", now + std::chrono::microseconds(1)));
    BOOST_TEST(!names.find("other", VirtualPath::parse("/in/a").value(), now).has_value());
    BOOST_TEST(!knows(names, "/in/b"));
    names.forget("lab", VirtualPath::parse("/in/a").value());
    BOOST_TEST(!knows(names, "/in/a"));
}

BOOST_AUTO_TEST_CASE(the_last_that_was_moved_from_a_name_is_the_one_that_is_known) {
    MovedNames names;
    names.add(moved("/in/a", now, 1));
    names.add(moved("/in/a", now + std::chrono::hours(1), 2));
    // This drops the first, and with it nothing of the second.
    for (std::size_t number = 0; number < MovedNames::moved_limit - 1; ++number)
        names.add(moved("/in/" + std::to_string(number), now + std::chrono::hours(1)));
    const auto found = names.find("lab", VirtualPath::parse("/in/a").value(), now);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->size_bytes == 2U);
}

BOOST_AUTO_TEST_CASE(the_oldest_make_room) {
    MovedNames names;
    names.add(moved("/in/first"));
    for (std::size_t number = 0; number < MovedNames::moved_limit; ++number)
        names.add(moved("/in/" + std::to_string(number)));
    BOOST_TEST(!knows(names, "/in/first"));
    BOOST_TEST(knows(names, "/in/0"));
}

BOOST_AUTO_TEST_SUITE_END()
