#include <array>
#include <boost/test/unit_test.hpp>
#include <vector>

#include "protocols/ftps/reply.hpp"

using namespace consign::ftps;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(ftp_reply)

BOOST_AUTO_TEST_CASE(a_reply_is_a_code_and_a_text) {
    BOOST_TEST(reply(226, "complete") == "226 complete\r\n");
    BOOST_TEST(reply(200, "") == "200 \r\n");
}

BOOST_AUTO_TEST_CASE(a_text_cannot_end_its_line_or_speak_telnet) {
    BOOST_TEST(reply(550, "a\r\n230 in\nb\0c"sv) == "550 a??230 in?b?c\r\n");
    BOOST_TEST(reply(257, "\xff\xf4\xc3\xa9") == "257 \xff\xff\xf4\xc3\xa9\r\n");
}

BOOST_AUTO_TEST_CASE(every_line_between_the_first_and_the_last_stands_behind_one_space) {
    const std::array<std::string, 3> lines{"SIZE", "211 end\r\n211 end", ""};
    BOOST_TEST(reply_lines(211, "features:", lines, "end") ==
               "211-features:\r\n SIZE\r\n 211 end??211 end\r\n \r\n211 end\r\n");
    BOOST_TEST(reply_lines(214, "a\nb", {}, "\xff") == "214-a?b\r\n214 \xff\xff\r\n");
}

BOOST_AUTO_TEST_CASE(a_path_is_quoted_as_257_has_it) {
    BOOST_TEST(quoted_path("/") == "\"/\"");
    BOOST_TEST(quoted_path("/a \"b\"/c") == "\"/a \"\"b\"\"/c\"");
    BOOST_TEST(quoted_path("") == "\"\"");
}

BOOST_AUTO_TEST_SUITE_END()
