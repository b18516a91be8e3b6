#include <boost/test/unit_test.hpp>
#include <chrono>

#include "base/id.hpp"
#include "base/random.hpp"

namespace consign {

namespace {

using std::chrono::microseconds;

/// `units` of 2^14 microseconds after 1970.
constexpr Timestamp after(std::int64_t units) {
    return Timestamp(microseconds(units << 14));
}

std::string first_digits(const Id& id) {
    return id.hex().substr(0, 6);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(id)

BOOST_AUTO_TEST_CASE(what_is_made_at_one_time_begins_alike_and_what_comes_later_stands_behind_it) {
    SystemRandom random;
    constexpr std::int64_t units = 0x12'345678;
    const Id one = Id::made_at(after(units), random);
    const Id other = Id::made_at(after(units) + microseconds((1 << 14) - 1), random);
    BOOST_TEST(first_digits(one) == "563478");
    BOOST_TEST(first_digits(other) == "563478");
    BOOST_TEST(one.hex() != other.hex());
    BOOST_TEST((Id::made_at(after(units + 1), random) > std::max(one, other)));
}

BOOST_AUTO_TEST_CASE(the_first_byte_is_another_after_four_seconds) {
    SystemRandom random;
    constexpr std::int64_t units = 0x12'3456ff;
    BOOST_TEST(first_digits(Id::made_at(after(units), random)) == "5634ff");
    BOOST_TEST(first_digits(Id::made_at(after(units + 1), random)) == "573400");
}

BOOST_AUTO_TEST_CASE(the_time_begins_anew_every_three_days) {
    SystemRandom random;
    BOOST_TEST(first_digits(Id::made_at(after(0x12'ffffff), random)) == "ffffff");
    BOOST_TEST(first_digits(Id::made_at(after(0x13'000000), random)) == "000000");
}

BOOST_AUTO_TEST_CASE(a_time_before_1970_is_one_as_well) {
    SystemRandom random;
    BOOST_TEST(first_digits(Id::made_at(after(-1), random)) == "ffffff");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace consign
