// The line that a problem is about, with a caret below; and never a secret.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policies/site_folder.hpp"

using namespace consign::policy;

namespace {

#define SECRET "Tr0ub4dor"

/// Everything that is told of a site, excerpts too.
std::string told(const SiteFolder& site) {
    std::string all;
    for (const Problem& problem : site.load().problems)
        all += problem.text() + "\n" + problem.excerpt();
    return all;
}

std::string told_of(std::string_view text) {
    SiteFolder site;
    site.write("policy.d/a.yaml", text);
    return told(site);
}

/// The first of the file.
Problem first_of(std::string_view text) {
    SiteFolder site;
    site.write("policy.d/a.yaml", text);
    for (const Problem& problem : site.load().problems)
        if (problem.file == "policy.d/a.yaml") return problem;
    throw std::logic_error("nothing is told");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(problem)

BOOST_AUTO_TEST_CASE(the_marked_text_stands_over_carets_and_what_follows_is_cut) {
    const Problem wrong = first_of("version: 1\nacounts: {a: 1}\n");
    BOOST_TEST(wrong.length == 7);
    BOOST_TEST(wrong.excerpt() == "    acounts\n    ^^^^^^^\n");
}

BOOST_AUTO_TEST_CASE(columns_count_characters_and_tabs_are_kept) {
    BOOST_TEST(first_of("version: 1\naccounts: {hôpital:\t{home: x}}\n").excerpt() ==
               "    accounts: {hôpital\n               ^^^^^^^\n");
    BOOST_TEST(first_of("version: 1\nroutes:\t\t5\n").excerpt() ==
               "    routes:\t\t5\n           \t\t^\n");
}

BOOST_AUTO_TEST_CASE(a_quoted_text_is_marked_with_its_quotes) {
    BOOST_TEST(first_of("version: \"1\" # words\n").excerpt() ==
               "    version: \"1\"\n             ^^^\n");
}

BOOST_AUTO_TEST_CASE(a_text_of_several_lines_is_marked_on_its_first) {
    const std::string all = told_of("version: \"1\n  2\"\naccounts: {}\n");
    BOOST_TEST(all.contains("    version: \"1\n             ^^\n"), all);
}

BOOST_AUTO_TEST_CASE(what_is_far_to_the_left_is_cut) {
    const std::string excerpt =
        first_of("version: 1\nroutes: {" + std::string(5000, ' ') + "}\n").excerpt();
    BOOST_TEST(excerpt == "    routes: {\n            ^\n");
    const std::string far =
        first_of("version: 1\n\"" + std::string(900, 'a') + "\": 1\n").excerpt();
    BOOST_TEST(far.size() < 500u);
    BOOST_TEST(far.starts_with("    …aaaa"));
}

BOOST_AUTO_TEST_CASE(a_problem_of_a_whole_file_has_no_excerpt) {
    SiteFolder site;
    BOOST_TEST(site.load().problems.size() == 1u);
    site.write("consign.yaml", "x");
    std::filesystem::remove(site.path("consign.yaml"));
    BOOST_TEST(site.load().problems.front().excerpt().empty());
}

BOOST_AUTO_TEST_CASE(what_stands_before_a_secret_in_its_line_is_shown) {
    const std::string all =
        told_of("version: 1\naccounts:\n  a: {hom: /a, login: {password: " SECRET "}}\n");
    BOOST_TEST(all.contains("    a: {hom\n"), all);
    BOOST_TEST(!all.contains(SECRET), all);
}

#define ACCOUNT "version: 1\naccounts:\n  a: {home: /a, "
// Wherever a secret may stand, or somebody may put one.
const std::vector<const char*> canaries{
    ACCOUNT "login: {any_of: [password], password: " SECRET "}}\n",
    ACCOUNT "login: {any_of: [password], password: " SECRET "}, hme: /x, expires: soon}\n",
    ACCOUNT "login: {any_of: [password], password: [" SECRET "]}}\n",
    ACCOUNT "login: {any_of: [password], pasword: " SECRET "}}\n",
    ACCOUNT "pasword: " SECRET ", expires: soon}\n",
    ACCOUNT "pasword: {any: [" SECRET "]}, expires: soon}\n",
    ACCOUNT "login: {any_of: [publickey], keys: [\"-----BEGIN PRIVATE KEY----- " SECRET "\"]}}\n",
    ACCOUNT "login: {all_of: [publickey, totp], totp: " SECRET "}}\n",
    "version: 1\naccounts:\n  a:\n    login:\n      password:\n        " SECRET "\n      x: 1\n",
    "version: 1\naccounts:\n  a:\n    login:\n      password: |\n        x\n        " SECRET
    "\n    expires: soon\n",
    "version: 1\naccounts:\n  a:\n    login: {password: \"x\n        " SECRET
    "\", expires: soon}\n",
    ACCOUNT "login: {password: a, password: " SECRET ", password: b}}\n",
    ACCOUNT "login: {password: " SECRET "}, expires: [}\n",
    ACCOUNT "login: {password: \"" SECRET "}}\n",
    ACCOUNT "login: {password: " SECRET "\x01}}\n",
    "version: 1\ntargets: {t: {url: \"sftp://u:" SECRET "@h\", rate: x}}\n",
    "version: 1\ntargets: {t: {url: \"ftps://u@h\", password: " SECRET ", rate: x}}\n",
    "version: 1\ntargets: {t: {url: \"ftps://u@h\", identity: " SECRET ", rate: x}}\n",
    "version: 1\nalerts: {a: [{mail: {to: a@b, relay: \"smtps://u:" SECRET "@r\"}, x: 1}]}\n",
    "version: 1\nalerts: {a: [{webhook: \"https://u:" SECRET "@r\", x: 1}]}\n",
};
BOOST_DATA_TEST_CASE(no_message_and_no_excerpt_ever_shows_a_secret,
                     boost::unit_test::data::make(canaries)) {
    const std::string all = told_of(sample);
    BOOST_TEST(all.contains("error: "), all);
    BOOST_TEST(!all.contains("Tr0ub"), all);
    // The canary can be seen: the same text where nothing is secret.
    BOOST_TEST(told_of("version: 1\naccounts: " SECRET "\n").contains(SECRET));
}

BOOST_AUTO_TEST_CASE(the_servers_own_keys_are_never_shown) {
    SiteFolder site;
    std::string server = SiteFolder::sound_server();
    server.replace(server.find("\"file:root.key\"}"), 16, SECRET ", x: 1}");
    site.write("consign.yaml", server);
    BOOST_TEST(site.load().problems.size() >= 2u);
    BOOST_TEST(!told(site).contains(SECRET));
}

BOOST_AUTO_TEST_SUITE_END()
