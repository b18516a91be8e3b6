#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/fact_arguments.hpp"
#include "protocols/ftps/time_val.hpp"

using namespace consign;
using namespace consign::ftps;
namespace data = boost::unit_test::data;

namespace {

/// Empty for no time.
std::string text_of(std::optional<Timestamp> time) {
    return time ? format_time_val(*time) : "";
}

struct Sample {
    std::string_view argument, modified, path, accessed = {};
};
std::ostream& operator<<(std::ostream& out, const Sample& sample) {
    return out << sample.argument;
}

const Sample mfmts[]{
    {"20261124061700 a.hl7", "20261124061700", "a.hl7"},
    {"20261124061700 a b ", "20261124061700", "a b "},
    {"20261124061700  a", "20261124061700", " a"},
    {"20261124061700.123 /in/a", "20261124061700", "/in/a"},
};

const std::string_view no_mfmts[]{
    "",      "20261124061700",   "20261124061700 ", "a.hl7 20261124061700", " 20261124061700 a",
    "a.hl7", "20261324061700 a", "202611240617 a",  "20261124061700\ta",
};

const Sample mdtms[]{
    {"a.hl7", "", "a.hl7"},
    {"20261124061700 a.hl7", "20261124061700", "a.hl7"},
    {"20261124061700", "", "20261124061700"},
    {"20261124061700 ", "", "20261124061700 "},
    {"20261324061700 a", "", "20261324061700 a"},
    {"2026 report.hl7", "", "2026 report.hl7"},
    {"", "", ""},
};

const Sample mffs[]{
    {"modify=20261124061700; a b", "20261124061700", "a b"},
    {"Modify=20261124061700.5; a", "20261124061700", "a"},
    {"UNIX.mode=0644; a", "", "a"},
    {"modify=20261124061700;UNIX.mode=0644; a", "", "a"},
    {"UNIX.group=labs;modify=20261124061700; a", "", "a"},
    {"x=; a", "", "a"},
};

const std::string_view no_mffs[]{
    "",
    "a",
    "modify=20261124061700;",
    "modify=20261124061700; ",
    "modify=20261124061700 a",
    "modify=20261124061700;a",
    "modify; a",
    "modify=; a",
    "modify=now; a",
    "=20261124061700; a",
    "; a",
    "modify=20261124061700;; a",
    "modify=20261124061700;modify=20261124061700; a",
    " modify=20261124061700; a",
};

const Sample utimes[]{
    {"20261124061700 a b", "20261124061700", "a b"},
    {"202611240617 a", "20261124061700", "a"},
    {"a 20261124061701 20261124061702 20261124061703 UTC", "20261124061702", "a", "20261124061701"},
    {"a b 20261124061701 20261124061702 20261124061703 utc", "20261124061702", "a b",
     "20261124061701"},
    {"20261124061700 a 20261124061701 20261124061702 20261124061703 UTC", "20261124061702",
     "20261124061700 a", "20261124061701"},
    {"20261124061700 UTC", "20261124061700", "UTC"},
    {"20261124061700 20261124061701 20261124061702 20261124061703 UTC", "20261124061702",
     "20261124061700", "20261124061701"},
};

const std::string_view no_utimes[]{
    "",
    "a",
    "20261124061700",
    "20261124061700 ",
    "20261124 a",
    "202611246017 a",
    "a 20261124061701 20261124061702 20261124061703",
    "a 20261124061701 20261124061702 UTC",
    "a 20261124061701 20261124061702 20261324061703 UTC",
    " 20261124061701 20261124061702 20261124061703 UTC",
    "a 20261124061701 20261124061702 20261124061703 CET",
    "UTC",
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_fact_arguments)

BOOST_DATA_TEST_CASE(mfmt_is_read, data::make(mfmts), sample) {
    const auto argument = parse_mfmt(sample.argument);
    BOOST_REQUIRE(argument.has_value());
    BOOST_TEST(text_of(argument->modified) == sample.modified);
    BOOST_TEST(argument->path == sample.path);
}

BOOST_DATA_TEST_CASE(what_is_no_mfmt_is_refused, data::make(no_mfmts), argument) {
    BOOST_REQUIRE(!parse_mfmt(argument).has_value());
    BOOST_TEST(parse_mfmt(argument).error() == ftp_codec_errc::bad_time);
}

BOOST_DATA_TEST_CASE(mdtm_is_a_path_unless_a_time_and_a_path, data::make(mdtms), sample) {
    const auto argument = parse_mdtm(sample.argument);
    BOOST_TEST(text_of(argument.modified) == sample.modified);
    BOOST_TEST(argument.path == sample.path);
}

BOOST_DATA_TEST_CASE(mff_sets_its_time_unless_more_is_to_be_set, data::make(mffs), sample) {
    const auto argument = parse_mff(sample.argument);
    BOOST_REQUIRE(argument.has_value());
    BOOST_TEST(text_of(argument->modified) == sample.modified);
    BOOST_TEST(argument->path == sample.path);
}

BOOST_DATA_TEST_CASE(what_is_no_mff_is_refused, data::make(no_mffs), argument) {
    BOOST_REQUIRE(!parse_mff(argument).has_value());
    BOOST_TEST(parse_mff(argument).error() == ftp_codec_errc::bad_mff);
}

BOOST_DATA_TEST_CASE(both_forms_of_utime_are_read, data::make(utimes), sample) {
    const auto argument = parse_site_utime(sample.argument);
    BOOST_REQUIRE(argument.has_value());
    BOOST_TEST(text_of(argument->modified) == sample.modified);
    BOOST_TEST(text_of(argument->accessed) == sample.accessed);
    BOOST_TEST(argument->path == sample.path);
}

BOOST_DATA_TEST_CASE(what_is_no_utime_is_refused, data::make(no_utimes), argument) {
    BOOST_REQUIRE(!parse_site_utime(argument).has_value());
    BOOST_TEST(parse_site_utime(argument).error() == ftp_codec_errc::bad_utime);
}

BOOST_AUTO_TEST_SUITE_END()
