#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/hash_arguments.hpp"

using namespace consign::ftps;
namespace data = boost::unit_test::data;

namespace {

struct Sample {
    std::string_view argument, path;
    std::optional<std::uint64_t> start = {}, end = {};
};
std::ostream& operator<<(std::ostream& out, const Sample& sample) {
    return out << sample.argument;
}

const Sample samples[]{
    {"a.hl7", "a.hl7"},
    {"a b c ", "a b c "},
    {"a 5", "a 5"},
    {"a 5 ", "a 5 "},
    {"5 6", "5 6"},
    {"a 0 100", "a", 0, 100},
    {"a b 100 100", "a b", 100, 100},
    {"a  0 100", "a ", 0, 100},
    {"a 0  100", "a 0  100"},
    {"a 0x0 100", "a 0x0 100"},
    {"a -1 5", "a -1 5"},
    {"7 0 100", "7", 0, 100},
    {"\"a b\"", "a b"},
    {"\"a 0 100\"", "a 0 100"},
    {"\"a\" 0 9223372036854775807", "a", 0, 9223372036854775807U},
    {"\"a \"\"b\"\".hl7\" 1 2", "a \"b\".hl7", 1, 2},
    {"\"\"\"\"", "\""},
    {"a\"b", "a\"b"},
};

const std::string_view refused[]{
    "\"a",        "\"a\"x",
    "\"a\" ",     "\"a\" 5",
    "\"a\" 5 ",   "\"a\" 5 6 7",
    "\"a\"  5 6", "\"a\" 6 5",
    "\"a\" -1 5", "\"a\" 0 9223372036854775808",
    "a 6 5",      "\"a\"\"",
    "\"",         "a 0 99999999999999999999999",
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_hash_arguments)

BOOST_DATA_TEST_CASE(a_path_and_its_range_are_read, data::make(samples), sample) {
    const auto argument = parse_hash_argument(sample.argument);
    BOOST_REQUIRE(argument.has_value());
    BOOST_TEST(argument->path == sample.path);
    BOOST_TEST((argument->start == sample.start));
    BOOST_TEST((argument->end == sample.end));
}

BOOST_DATA_TEST_CASE(what_could_mean_something_else_is_refused, data::make(refused), argument) {
    BOOST_REQUIRE(!parse_hash_argument(argument).has_value());
    BOOST_TEST(parse_hash_argument(argument).error() == ftp_codec_errc::bad_hash_argument);
}

BOOST_AUTO_TEST_CASE(a_path_must_be_there) {
    for (const auto argument : {"", "\"\"", "\"\" 1 2"})
        BOOST_TEST(parse_hash_argument(argument).error() == ftp_codec_errc::no_path);
}

BOOST_AUTO_TEST_SUITE_END()
