#include <boost/test/unit_test.hpp>

#include "policy/content/charset.hpp"
#include "policy/language/utf8.hpp"

using namespace consign;
using namespace consign::policy::content;
using namespace std::string_view_literals;

namespace {

std::string decoded(std::string_view bytes, Charset charset) {
    return to_utf8(as_bytes(bytes), charset);
}

Charset guessed(std::string_view bytes) {
    return guess_charset(as_bytes(bytes));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(content_charset)

BOOST_AUTO_TEST_CASE(is_guessed_from_the_mark_or_the_bytes) {
    BOOST_TEST((guessed("") == Charset::utf_8));
    BOOST_TEST((guessed("abc") == Charset::utf_8));
    BOOST_TEST((guessed("caf\xc3\xa9") == Charset::utf_8));
    BOOST_TEST((guessed("caf\xc3") == Charset::utf_8));       // cut
    BOOST_TEST((guessed("\xe2\x82") == Charset::utf_8));      // cut
    BOOST_TEST((guessed("\xf0\x9f\x98") == Charset::utf_8));  // cut
    BOOST_TEST((guessed("caf\xe9") == Charset::utf_8));       // may be cut: another byte tells
    BOOST_TEST((guessed("caf\xe9 noir") == Charset::windows_1252));
    BOOST_TEST((guessed("\xc3x") == Charset::windows_1252));
    BOOST_TEST((guessed("\x80") == Charset::windows_1252));
    BOOST_TEST((guessed("\xff\xfe"
                        "a\0"sv) == Charset::utf_16_le));
    BOOST_TEST((guessed("\xfe\xff\0a"sv) == Charset::utf_16_be));
    BOOST_TEST((guessed("\xef\xbb\xbf\xff") == Charset::utf_8));
}

BOOST_AUTO_TEST_CASE(becomes_utf8) {
    BOOST_TEST(decoded("\x80 \xe9\xff", Charset::windows_1252) == "€ éÿ");
    BOOST_TEST(decoded("\x81\x8d\x8f\x90\x9dx", Charset::windows_1252) == "x");
    BOOST_TEST(decoded("\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe\xe9", Charset::iso_8859_15) ==
               "€ŠšŽžŒœŸé");
    BOOST_TEST(decoded("\x82\x8a\x85\x87\x97\x93\x90 \xe1\xff", Charset::cp850) ==
               "éèàçùôÉ ß\u00a0");
    BOOST_TEST(decoded("\xff\xfe"
                       "A\0\xe9\0\xac\x20\x3d\xd8\x00\xde"sv,
                       Charset::utf_16_le) == "Aé€😀");
    BOOST_TEST(decoded("\xfe\xff\0A\x20\xac\xd8\x3d\xde\x00"sv, Charset::utf_16_be) == "A€😀");
    BOOST_TEST(decoded("\xef\xbb\xbf"
                       "é",
                       Charset::utf_8) == "é");
}

BOOST_AUTO_TEST_CASE(leaves_out_what_is_malformed) {
    BOOST_TEST(decoded("a\xff"
                       "b\xc3",
                       Charset::utf_8) == "ab");
    BOOST_TEST(decoded("\xd8\x3d\0A\xde\x00\0B\xd8"sv, Charset::utf_16_be) == "AB");
}

BOOST_AUTO_TEST_CASE(of_any_bytes_gives_well_formed_text) {
    std::string all;
    for (int first = 0; first < 256; ++first)
        for (int second = 0; second < 256; second += 3) {
            all.push_back(static_cast<char>(first));
            all.push_back(static_cast<char>(second));
        }
    for (const Charset charset : {Charset::utf_8, Charset::windows_1252, Charset::iso_8859_15,
                                  Charset::cp850, Charset::utf_16_le, Charset::utf_16_be})
        for (std::size_t skip = 0; skip < 4; ++skip)
            BOOST_TEST(policy::find_malformed_utf8(decoded(std::string_view(all).substr(skip),
                                                           charset)) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_dos_is_told_by_its_accents) {
    BOOST_TEST(looks_like_cp850(as_bytes("pr\x82nom, \x8a, \x85")));
    BOOST_TEST(!looks_like_cp850(as_bytes("pr\xe9nom, \xe8, \xe0")));
    BOOST_TEST(!looks_like_cp850(as_bytes("l\x92\xe9t\xe9")));
    BOOST_TEST(!looks_like_cp850(as_bytes("plain")));
}

BOOST_AUTO_TEST_CASE(printable_has_no_control_characters) {
    BOOST_TEST(printable("a\0b\x1f\x7f\tc"sv) == "abc");
    BOOST_TEST(printable("\xc2\x80\xc2\x9f\xc2\xa0\xc3\x80") == "\xc2\xa0\xc3\x80");
}

BOOST_AUTO_TEST_SUITE_END()
