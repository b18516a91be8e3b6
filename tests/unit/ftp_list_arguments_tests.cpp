#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocols/ftps/list_arguments.hpp"

using namespace consign::ftps;

namespace {

struct Sample {
    std::string_view argument, path;
    bool long_form = false;
};
std::ostream& operator<<(std::ostream& out, const Sample& sample) {
    return out << sample.argument;
}

const Sample samples[]{
    {"", ""},
    {"path", "path"},
    {"folder with spaces ", "folder with spaces "},
    {" leading", " leading"},
    {"-l", "", true},
    {"-la", "", true},
    {"-al ", "", true},
    {"-a -l path", "path", true},
    {"-A   path", "path"},
    {"-alF folder with spaces", "folder with spaces", true},
    {"-R", ""},
    {"-1t /in/*.hl7", "/in/*.hl7"},
    {"path -la", "path -la"},
    {"-not-an-option.txt", "-not-an-option.txt"},
    {"-2026", "-2026"},
    {"-a -2026", "-2026"},
    {"-", "-"},
    {"- a", "- a"},
    {"--", ""},
    {"-- -la", "-la"},
    {"-l -- -a b", "-a b", true},
    {"-- --", "--"},
    {"--all", "--all"},
    {"---", "---"},
    {"-\xc3\xa9", "-\xc3\xa9"},
    {"./-la", "./-la"},
    {"-la\tx", "-la\tx"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_list_arguments)

BOOST_DATA_TEST_CASE(options_are_told_from_the_path, boost::unit_test::data::make(samples),
                     sample) {
    const auto arguments = parse_list_arguments(sample.argument);
    BOOST_TEST(arguments.path == sample.path);
    BOOST_TEST(arguments.long_form == sample.long_form);
}

BOOST_AUTO_TEST_SUITE_END()
