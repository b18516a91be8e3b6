#include <boost/test/unit_test.hpp>

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/numbers.hpp"

using namespace consign::ftps;
using namespace std::string_view_literals;

namespace {

constexpr std::uint64_t largest = 9'223'372'036'854'775'807U;

const std::string_view no_numbers[]{"",
                                    " ",
                                    "-1",
                                    "+1",
                                    " 1",
                                    "1 ",
                                    "1.0",
                                    "0x10",
                                    "1e3",
                                    "a",
                                    "1\0"sv,
                                    "9223372036854775808",
                                    "18446744073709551616",
                                    "99999999999999999999999999999999",
                                    "\xd9\xa1"};

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_numbers)

BOOST_AUTO_TEST_CASE(a_restart_is_any_position_of_a_file) {
    BOOST_TEST(parse_restart("0").value() == 0U);
    BOOST_TEST(parse_restart("0000000000000000000000000000042").value() == 42U);
    BOOST_TEST(parse_restart("9223372036854775807").value() == largest);
    for (const auto argument : no_numbers)
        BOOST_TEST(parse_restart(argument).error() == ftp_codec_errc::bad_position);
}

BOOST_AUTO_TEST_CASE(a_range_has_a_first_and_a_last_byte) {
    BOOST_TEST((parse_range("0 49").value() == ByteRange{0, 49}));
    BOOST_TEST((parse_range("0 0").value() == ByteRange{0, 0}));
    BOOST_TEST((parse_range("7 9223372036854775806").value() == ByteRange{7, largest - 1}));
}

BOOST_AUTO_TEST_CASE(one_and_zero_end_the_range) {
    const auto range = parse_range("1 0");
    BOOST_REQUIRE(range.has_value());
    BOOST_TEST(!range->has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_range_is_refused) {
    for (const auto argument : {"", "0", "0 ", " 0", "2 1", "2 0", "0 1 2", "0  1", "-1 1",
                                "0 9223372036854775807", "a b", "0-49"})
        BOOST_TEST(parse_range(argument).error() == ftp_codec_errc::bad_range);
}

BOOST_AUTO_TEST_CASE(an_allocation_may_tell_its_record_size) {
    BOOST_TEST(parse_allocation("0").value() == 0U);
    BOOST_TEST(parse_allocation("123456 R 80").value() == 123456U);
    BOOST_TEST(parse_allocation("1 r 80").value() == 1U);
    BOOST_TEST(parse_allocation("9223372036854775807").value() == largest);
    for (const auto argument : no_numbers)
        BOOST_TEST(parse_allocation(argument).error() == ftp_codec_errc::bad_allocation);
    for (const auto argument : {"1 R", "1 R ", "1 80", "1 R x", "1  R 80", "1 R 80 ", "R 80"})
        BOOST_TEST(parse_allocation(argument).error() == ftp_codec_errc::bad_allocation);
}

BOOST_AUTO_TEST_SUITE_END()
