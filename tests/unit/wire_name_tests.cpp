#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <map>

#include "desk/wire_name.hpp"

using namespace consign::desk;
using consign::policy::FilenameCharset;

namespace {

const std::vector<FilenameCharset> charsets{FilenameCharset::utf_8, FilenameCharset::iso_8859_1,
                                            FilenameCharset::iso_8859_15,
                                            FilenameCharset::windows_1252};

}  // namespace

namespace consign::policy {

std::ostream& operator<<(std::ostream& out, FilenameCharset charset) {
    return out << name_of(charset);
}

}  // namespace consign::policy

BOOST_AUTO_TEST_SUITE(wire_name)

BOOST_AUTO_TEST_CASE(accents_become_utf_8_and_back) {
    BOOST_TEST(from_wire(FilenameCharset::iso_8859_1, "r\xe9sultat.hl7") == "résultat.hl7");
    BOOST_TEST(to_wire(FilenameCharset::iso_8859_1, "/in/résultat") == "/in/r\xe9sultat");
    BOOST_TEST(from_wire(FilenameCharset::windows_1252, "\x80 \x9c") == "€ œ");
    BOOST_TEST(from_wire(FilenameCharset::iso_8859_15, "\xa4 \xbd") == "€ œ");
    BOOST_TEST(from_wire(FilenameCharset::utf_8, "r\xe9") == "r\xe9");
}

BOOST_AUTO_TEST_CASE(what_the_charset_cannot_write_is_shown_by_its_bytes) {
    BOOST_TEST(to_wire(FilenameCharset::iso_8859_1, "/é/cœur") == "/\xe9/c%xc5%x93ur");
    BOOST_TEST(from_wire(FilenameCharset::iso_8859_1, "/\xe9/c%xc5%x93ur") == "/é/cœur");
    BOOST_TEST(to_wire(FilenameCharset::windows_1252, "r\xe9") == "r%xe9");  // no UTF-8
    BOOST_TEST(to_wire(FilenameCharset::windows_1252, "ā") == "%xc4%x81");
    BOOST_TEST(to_wire(FilenameCharset::utf_8, "%xc5 œ") == "%xc5 œ");
    BOOST_TEST(from_wire(FilenameCharset::utf_8, "%xc5 œ") == "%xc5 œ");
}

BOOST_AUTO_TEST_CASE(a_byte_that_is_no_sign_of_the_charset_stays_as_it_is) {
    BOOST_TEST(from_wire(FilenameCharset::windows_1252, "\xe9\x81") == "é\x81");
    BOOST_TEST(to_wire(FilenameCharset::windows_1252, "é\x81") == "\xe9\x81");
}

BOOST_AUTO_TEST_CASE(no_sign_of_a_path_or_of_a_command_is_hidden_in_bytes) {
    for (const char* name : {"%x2f", "%x2e", "%x00", "%x0a", "%x7f", "%x", "%xc", "%xzz", "%c5"}) {
        BOOST_TEST(from_wire(FilenameCharset::iso_8859_1, name) == name);
        BOOST_TEST(to_wire(FilenameCharset::iso_8859_1, name) == name);
    }
}

BOOST_DATA_TEST_CASE(every_name_of_the_tree_comes_back, boost::unit_test::data::make(charsets)) {
    const std::vector<std::string> parts{"%",    "x",    "25", "c5",       "%xc5",
                                         "%x25", "é",    "œ",  "\xc5",     "€",
                                         "\x93", "\x81", "ā",  "\xe2\x82", "\U0001F600"};
    std::map<std::string, std::string> shown;
    for (const auto& first : parts)
        for (const auto& second : parts)
            for (const auto& third : parts) {
                const std::string name = first + second + third;
                const std::string wire = to_wire(sample, name);
                BOOST_TEST(from_wire(sample, wire) == name);
                BOOST_TEST(shown.emplace(wire, name).first->second == name);
            }
}

BOOST_DATA_TEST_CASE(every_byte_comes_back, boost::unit_test::data::make(charsets)) {
    for (int code = 1; code < 256; ++code) {
        const std::string name{'a', static_cast<char>(code)};
        BOOST_TEST(to_wire(sample, from_wire(sample, name)) == name);
    }
}

BOOST_AUTO_TEST_CASE(a_long_name_of_signs_that_grow_fits) {
    const std::string signs(255, '\x80');
    BOOST_TEST(from_wire(FilenameCharset::windows_1252, signs).size() == 255u * 3);
}

BOOST_AUTO_TEST_SUITE_END()
