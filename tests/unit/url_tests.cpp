#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/url.hpp"

using namespace consign::policy;

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(a_target_has_its_parts) {
    const TargetUrl full = parse_target_url("sftp://con.sign@his.example:2022/in/box").value();
    BOOST_TEST(full.scheme == "sftp");
    BOOST_TEST(full.user == "con.sign");
    BOOST_TEST(full.host == "his.example");
    BOOST_TEST(full.port == 2022);
    BOOST_TEST(full.folder == "/in/box");
    const TargetUrl least = parse_target_url("ftps://[2001:db8::1]").value();
    BOOST_TEST(least.user.empty());
    BOOST_TEST(least.host == "2001:db8::1");
    BOOST_TEST(least.port == 21);
    BOOST_TEST(least.folder.empty());
    BOOST_TEST(parse_target_url("file:///srv/x").value().folder == "/srv/x");
    BOOST_TEST(parse_target_url("sftp://u@h/").value().folder.empty());
    BOOST_TEST(parse_target_url("sftp://a@b@h").value().user == "a@b");
}

const std::vector<const char*> broken{
    "",
    "sftp",
    "sftp:/h",
    "http://h",
    "sftp://",
    "sftp://@h",
    "sftp://u:p@h",
    "sftp://u@h:",
    "sftp://u@h:0",
    "sftp://u@h:65536",
    "sftp://u@h:22x",
    "sftp://u@h h",
    "sftp://[::1",
    "sftp://[x]",
    "sftp://[::1]22",
    "file://",
    "file://h/x",
    "SFTP://h",
};
BOOST_DATA_TEST_CASE(what_is_no_target_is_refused, boost::unit_test::data::make(broken)) {
    BOOST_TEST(!parse_target_url(sample).has_value());
}

BOOST_AUTO_TEST_CASE(no_error_quotes_what_may_be_a_password) {
    const auto wrong = parse_target_url("sftp://u:hunter2@h");
    BOOST_TEST(!wrong.error().contains("hunter2"));
    BOOST_TEST(!parse_web_url("https://u:hunter2@h").error().contains("hunter2"));
    BOOST_TEST(!parse_relay_url("smtps://hunter2@h").error().contains("hunter2"));
}

BOOST_AUTO_TEST_CASE(advice_names_no_key_that_is_not_there) {
    for (const auto& wrong : {parse_web_url("http://u:p@h/"), parse_relay_url("smtps://u:p@h")})
        BOOST_TEST(wrong.error() == "a password never stands in a URL: nobody logs in at this one");
    for (const auto& wrong : {parse_web_url("http://u@h/"), parse_relay_url("smtps://u@h")})
        BOOST_TEST(wrong.error() ==
                   "a user's name may not stand in this URL: nobody logs in there");
}

BOOST_AUTO_TEST_CASE(web_and_mail_servers_have_schemes_of_their_own) {
    BOOST_TEST(parse_web_url("https://ops.example/hook?x=1").value() ==
               "https://ops.example/hook?x=1");
    BOOST_TEST(!parse_web_url("smtps://ops.example").has_value());
    BOOST_TEST(parse_relay_url("smtps://relay.example:465").has_value());
    BOOST_TEST(!parse_relay_url("https://relay.example").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
