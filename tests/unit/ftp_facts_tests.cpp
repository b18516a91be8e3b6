#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocols/ftps/facts.hpp"

using namespace consign;
using namespace consign::ftps;
namespace data = boost::unit_test::data;

namespace {

const FactEntry file{.name = "a b.hl7",
                     .size_bytes = 12345,
                     .modified = from_microseconds(1'795'501'020'999'999),
                     .perm = "adfrw"};
const FactEntry folder{
    .name = "in", .directory = true, .modified = from_microseconds(0), .perm = {}};
constexpr FactSelection none{.type = false, .size = false, .modify = false, .perm = false};

struct Options {
    std::string_view names, feature, reply;
};
std::ostream& operator<<(std::ostream& out, const Options& options) {
    return out << options.names;
}

const Options options[]{
    {"type;size;modify;perm;", "MLST type*;size*;modify*;perm*;",
     "MLST OPTS type;size;modify;perm;"},
    {"perm;TYPE;", "MLST type*;size;modify;perm*;", "MLST OPTS type;perm;"},
    {"Size", "MLST type;size*;modify;perm;", "MLST OPTS size;"},
    {"UNIX.mode;modify;unique;", "MLST type;size;modify*;perm;", "MLST OPTS modify;"},
    {"", "MLST type;size;modify;perm;", "MLST OPTS"},
    {";;;", "MLST type;size;modify;perm;", "MLST OPTS"},
    {"types;typ; size;", "MLST type;size;modify;perm;", "MLST OPTS"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_facts)

BOOST_AUTO_TEST_CASE(a_line_has_the_facts_that_there_are) {
    BOOST_TEST(facts_line({}, file) ==
               "type=file;size=12345;modify=20261124061700;perm=adfrw; a b.hl7");
    BOOST_TEST(facts_line({}, folder) == "type=dir;modify=19700101000000; in");
}

BOOST_AUTO_TEST_CASE(a_line_has_only_the_facts_that_are_wanted) {
    BOOST_TEST(facts_line(none, file) == " a b.hl7");
    BOOST_TEST(facts_line(parse_fact_selection("size;"), file) == "size=12345; a b.hl7");
    BOOST_TEST(facts_line(parse_fact_selection("modify;"), file) ==
               "modify=20261124061700; a b.hl7");
    BOOST_TEST(facts_line(parse_fact_selection("perm;"), file) == "perm=adfrw; a b.hl7");
}

BOOST_DATA_TEST_CASE(a_selection_is_read_and_told, data::make(options), sample) {
    const auto selection = parse_fact_selection(sample.names);
    BOOST_TEST(facts_feature(selection) == sample.feature);
    BOOST_TEST(facts_options_reply(selection) == sample.reply);
}

BOOST_AUTO_TEST_CASE(everything_is_selected_at_first) {
    BOOST_TEST(facts_feature({}) == "MLST type*;size*;modify*;perm*;");
}

BOOST_AUTO_TEST_SUITE_END()
