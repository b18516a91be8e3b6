#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocols/ftps/time_val.hpp"

using namespace consign;
using namespace consign::ftps;
using namespace std::string_view_literals;
namespace data = boost::unit_test::data;

namespace {

struct Moment {
    std::string_view text;
    std::int64_t microseconds;
};
std::ostream& operator<<(std::ostream& out, const Moment& moment) {
    return out << moment.text;
}

const Moment moments[]{
    {"19700101000000", 0},
    {"19691231235959", -1'000'000},
    {"20261124061700", 1'795'501'020'000'000},
    {"20240229235959", 1'709'251'199'000'000},
    {"20261124061700.5", 1'795'501'020'500'000},
    {"20261124061700.000001", 1'795'501'020'000'001},
    {"20261124061700.1234569999999999999999999", 1'795'501'020'123'456},
};

const std::string_view no_moments[]{"",
                                    "now",
                                    "2026112406170",
                                    "202611240617",
                                    "202611240617000",
                                    "20261124061700.",
                                    "20261124061700.x",
                                    "20261124061700.1.2",
                                    "20261124061700,5",
                                    "20261124061700Z",
                                    "20261124061700 ",
                                    " 20261124061700",
                                    "2026112406170\0"sv,
                                    "20260001000000",
                                    "20261301000000",
                                    "20261100000000",
                                    "20261131000000",
                                    "20250229000000",
                                    "20261124240000",
                                    "20261124006000",
                                    "20261231235960",
                                    "20261124000061",
                                    "-0261124061700",
                                    "+0261124061700",
                                    "1910011240617.",
                                    "2026-11-24T06:17:00Z"};

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_time_val)

BOOST_DATA_TEST_CASE(a_moment_is_read_to_the_microsecond, data::make(moments), moment) {
    const auto read = parse_time_val(moment.text);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(to_microseconds(*read) == moment.microseconds);
}

BOOST_DATA_TEST_CASE(what_is_no_moment_is_nothing, data::make(no_moments), text) {
    BOOST_TEST(!parse_time_val(text).has_value());
}

BOOST_DATA_TEST_CASE(a_moment_is_written_in_whole_seconds, data::make(moments), moment) {
    BOOST_TEST(format_time_val(from_microseconds(moment.microseconds)) ==
               moment.text.substr(0, 14));
}

BOOST_AUTO_TEST_CASE(a_second_before_1970_is_cut_down_to_as_well) {
    BOOST_TEST(format_time_val(from_microseconds(-1)) == "19691231235959");
}

BOOST_AUTO_TEST_SUITE_END()
