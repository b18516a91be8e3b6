// What is legal and surely wrong: where it is told, and that its sound neighbour is not.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policies/site_folder.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysP"
#define LOGIN "login: {any_of: [publickey], keys: [" KEY "]}"
#define HASH "$6$salt$hash"
#define ALL "grants: [{path: /**, may: [list, download, upload]}]"

constexpr std::string_view not_carried_out =
    " is checked and explained, and not carried out by this version";

/// Accounts `lab` (/labs/lab, of the group `labs`), `other` and `hospital` (/partners/hospital).
constexpr std::string_view people =
    "version: 1\n"
    "groups: {labs: {}, none: {}}\n"
    "accounts:\n"
    "  lab: {home: /labs/lab, group: labs, " LOGIN ", " ALL
    "}\n"
    "  other: {home: /labs/other, " LOGIN ", " ALL
    "}\n"
    "  hospital: {home: /partners/hospital, " LOGIN ", " ALL
    "}\n"
    "classes: {k: {keep: 30 days, legal_basis: l}}\n"
    "alerts: {ops: [{exec: /x}]}\n"
    "routes: [{name: everything, when: {account: hospital}, class: k, to: [{tag: t}]}]\n";

/// What is told of a file with this text, but for words that are not carried out.
std::vector<std::string> said_of(std::string_view text, std::string_view server = {},
                                 Timestamp now = some_day) {
    SiteFolder site;
    site.write("consign.yaml", SiteFolder::sound_server().append(server));
    site.write("policy.d/a.yaml", "version: 1\n" + std::string(text) + "\n");
    site.write("policy.d/z.yaml", people);
    auto said = site.said(now);
    std::erase_if(said, [](const std::string& line) { return line.ends_with(not_carried_out); });
    return said;
}

struct Sample {
    const char* yaml;
    const char* said;  // after "policy.d/a.yaml:"; empty: nothing
};
std::ostream& operator<<(std::ostream& out, const Sample& sample) {
    return out << sample.yaml;
}

void require_said(const std::vector<std::string>& said, std::string_view expected) {
    std::string all;
    for (const std::string& line : said) all += line + "\n";
    if (expected.empty()) {
        BOOST_TEST(said.empty(), all);
        return;
    }
    BOOST_REQUIRE_MESSAGE(said.size() == 1u, all);
    BOOST_TEST(said.front() == std::string("policy.d/a.yaml:").append(expected));
}

#define ROUTES(first, second)              \
    "routes:\n  - {name: a, when: {" first \
    "}, class: k, to: [{tag: t}]}\n  - {name: b, when: {" second "}, class: k, to: [{tag: t}]}"
#define NEVER "4:5: warning: this route can never match: "
#define TAKEN NEVER "`a` (policy.d/a.yaml:3) takes all that it would"
#define ROUTE(when, more) "routes: [{name: a, when: {" when "}, class: k, " more "}]"

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_warnings)

const std::vector<Sample> shadows{
    {ROUTES("path: /labs/**", "path: /labs/*/in/**"), TAKEN},
    {ROUTES("path: /labs/*/in/**", "path: /labs/**"), ""},
    {ROUTES("path: /labs/**", "path: /labs/lab/x.hl7"), TAKEN},
    {ROUTES("path: /labs/**", "path: /labs/lab/*, name: \"*.hl7\", format: hl7"), TAKEN},
    {ROUTES("path: /labs/**, name: \"*.hl7\"", "path: /labs/**"), ""},
    {ROUTES("name: \"*.{hl7,pdf}\"", "name: \"a*.pdf\""), TAKEN},
    {ROUTES("name: \"*.hl7\"", "name: \"*.HL7\""), ""},
    {ROUTES("name: \"*.hl7\", ignore_case: true", "name: \"*.HL7\""), TAKEN},
    {ROUTES("name: \"*.hl7\"", "name: \"*.hl7\", ignore_case: true"), ""},
    {ROUTES("account: [lab, other]", "account: lab"), TAKEN},
    {ROUTES("account: lab", "account: [lab, other]"), ""},
    {ROUTES("account: lab", "group: labs"), ""},
    {ROUTES("size: {at_least: 1 KiB}", "size: {at_least: 1 MiB, at_most: 2 MiB}"), TAKEN},
    {ROUTES("size: {at_most: 1 KiB}", "size: {at_least: 1 MiB}"), ""},
    {ROUTES("time: daily 00:00-12:00", "time: daily 00:00-12:00, format: pdf"), TAKEN},
    {ROUTES("time: daily 00:00-12:00", "path: /**"), ""},
    {ROUTES("format: [hl7, pdf]", "format: pdf"), TAKEN},
    {ROUTES("packing: gzip", "path: /labs/**"), ""},
    {ROUTES("hl7: {MSH-9: [ORU, ORM]}", "hl7: {message_type: ORU, MSH-4: X}"), TAKEN},
    {ROUTES("hl7: {MSH-9: ORU}", "hl7: {message_type: [ORU, ORM]}"), ""},
    {ROUTES("hl7: {MSH-9: ORU}", "hl7: {message_type: ORM}"), ""},
    {ROUTES("path_regex: \"/labs/.*\"", "path_regex: \"/labs/.*\", name: x"), TAKEN},
    {ROUTES("path_regex: \"/labs/.*\"", "path_regex: \"/labs/x\""), ""},
};
BOOST_DATA_TEST_CASE(a_route_that_an_earlier_one_leaves_nothing,
                     boost::unit_test::data::make(shadows)) {
    require_said(said_of(sample.yaml), sample.said);
}

const std::vector<Sample> contradictions{
    {ROUTE("hl7: {MSH-9: ORU}, format: pdf", "to: [{tag: t}]"),
     "2:10: warning: this route can never match: no format has all of these fields"},
    {ROUTE("hl7: {MSH-9: ORU}, dicom: {Modality: CR}", "to: [{tag: t}]"),
     "2:10: warning: this route can never match: no format has all of these fields"},
    {ROUTE("hl7: {MSH-9: ORU}, format: [pdf, hl7]", "to: [{tag: t}]"), ""},
    {ROUTE("account: lab, group: none", "to: [{tag: t}]"),
     "2:10: warning: this route can never match: none of these accounts is in one of these groups"},
    {ROUTE("account: lab, group: labs", "to: [{tag: t}]"), ""},
    {ROUTE("account: lab, path: /partners/**", "to: [{tag: t}]"),
     "2:10: warning: this route can never match: none of these accounts has its home there"},
    {ROUTE("account: lab, path: /labs/*/in/*", "to: [{tag: t}]"), ""},
    {ROUTE("path: /lab/**", "to: [{tag: t}]"),
     "2:10: warning: this route can never match: no account has its home there"},
    {ROUTE("path: \"/{lab,labs}/**\"", "to: [{tag: t}]"), ""},
    {ROUTE("path: /labs/lab", "to: [{tag: t}]"), ""},
    {ROUTE("path: /labs/third/in/**", "to: [{tag: t}]"),
     "2:10: warning: this route can never match: no account has its home there"},
    {ROUTE("name: \"*.{hl7,tmp}\"", "to: [{tag: t}]"),
     "2:33: warning: a file whose name matches `*.tmp` of `temporary_names` is no deposit until it "
     "is renamed: no route sees it"},
    {ROUTE("name: \"*.t*\"", "to: [{tag: t}]"), ""},
    {"routes: [{name: a, when: {account: lab}, to: [{tag: t}]}]",
     "2:10: warning: this route has no `class`: what it takes is kept no longer than its last "
     "name"},
};
BOOST_DATA_TEST_CASE(a_route_that_can_take_nothing, boost::unit_test::data::make(contradictions)) {
    require_said(said_of(sample.yaml), sample.said);
}

#define ZERO(limits) "groups: {zero: {quota: {" limits "}}}"
const std::vector<Sample> zeros{
    {ZERO("bytes: 0 B"),
     "2:32: warning: with 0 nothing can be deposited; without `bytes` there is no limit"},
    {ZERO("files: 0"),
     "2:32: warning: with 0 nothing can be deposited; without `files` there is no limit"},
    {ZERO("file: 0 B"),
     "2:31: warning: with 0 nothing can be deposited; without `file` there is no limit"},
    {ZERO("bytes: 1 B, files: 1, file: 1 B"), ""},
};
BOOST_DATA_TEST_CASE(a_quota_that_lets_nothing_in, boost::unit_test::data::make(zeros)) {
    require_said(said_of(sample.yaml), sample.said);
}

BOOST_AUTO_TEST_CASE(a_class_that_keeps_nothing) {
    const auto said = said_of("classes: {z: {keep: 0 days, legal_basis: l}}");
    BOOST_TEST_REQUIRE(said.size() == 2u);
    BOOST_TEST(said[0].ends_with("warning: no route uses the class `z`"), said[0]);
    BOOST_TEST(said[1] ==
               "policy.d/a.yaml:2:21: warning: nothing of this class is kept: it is destroyed as "
               "soon as its term begins (`1 day` keeps it to the end of the next)");
}

const std::vector<Sample> actions{
    {ROUTE("account: lab", "to: [{copy: \"/nowhere/{name}\"}]"),
     "2:64: warning: `/nowhere/{name}` lies in no account's home: nobody will see the file"},
    {ROUTE("account: lab", "to: [{copy: \"/partners/{account}/{name}\"}]"), ""},
    {ROUTE("account: lab", "to: [{copy: \"/partners/hospital/{date}/{name}\"}]"), ""},
    {ROUTE("account: lab", "to: [{copy: \"/partners/hospital/.receipts/{date}/{name}\"}]"),
     "2:64: warning: `/partners/hospital/.receipts/{date}/{name}` lies in /.receipts of a home, "
     "where an account finds its receipts and nothing else: nobody will see the file there"},
    {ROUTE("account: lab", "to: [{copy: \"{home}/.receipts/{name}\"}]"),
     "2:64: warning: `{home}/.receipts/{name}` lies in /.receipts of a home, where an account "
     "finds its receipts and nothing else: nobody will see the file there"},
    {ROUTE("account: lab", "to: [{copy: \"/partners/hospital/in/.receipts/{name}\"}]"), ""},
    {ROUTE("account: lab", "to: [{move: \"/partners/hospital/result.hl7\"}]"),
     "2:64: warning: `/partners/hospital/result.hl7` is the same for every file of a day, or for "
     "all: add a part such as `{name}`"},
    {ROUTE("account: lab", "to: [{copy: \"{home}/x/{name}\"}, {copy: \"{home}/x/{name}\"}]"),
     "2:91: warning: the same path stands at line 2: the two must clash"},
    {ROUTE("account: lab", "to: [{quarantine: why}, {copy: \"{home}/x/{name}\"}]"),
     "2:83: warning: with a quarantine in the same route, no `copy` is made"},
    {ROUTE("account: lab", "to: [{copy: \"{home}/x/{name}\"}, {quarantine: why}]"),
     "2:64: warning: with a quarantine in the same route, no `copy` is made"},
    {ROUTE("account: lab", "to: [{tag: t}, {quarantine: why}]"), ""},
    {ROUTE("account: lab", "acknowledge: \"/acks/{name}\", to: [{tag: t}]"),
     "2:65: warning: `/acks/{name}` lies in no account's home: nobody will see the file"},
    {ROUTE("path_regex: \"/labs/(?P<l>[^/]+)/.*\"",
           "to: [{copy: \"/partners/hospital/{capture.l}-{capture.1}\"}]"),
     ""},
};
BOOST_DATA_TEST_CASE(an_action_that_nobody_can_mean, boost::unit_test::data::make(actions)) {
    require_said(said_of(sample.yaml), sample.said);
}

#define ACCOUNT(more) "accounts: {a: {home: /a, " ALL ", " more "}}"
const std::vector<Sample> accounts{
    {ACCOUNT(LOGIN ", protocols: [ftps]"),
     "2:87: warning: the account cannot log in: ftps carries tls-certificate and password, and no "
     "way in has these alone"},
    {ACCOUNT("login: {any_of: [password], password: " HASH "}, protocols: [ftps]"),
     "2:87: warning: the account cannot log in: no listener speaks a protocol that carries a way "
     "in"},
    {ACCOUNT("login: {any_of: [password], password: " HASH "}, protocols: [ftps], enabled: false"),
     ""},
    {ACCOUNT(LOGIN ", expires: 2026-02-28"),
     "2:209: warning: the account has expired: nobody can log in"},
    {ACCOUNT(LOGIN ", expires: 2026-03-01"), "2:209: warning: the account expires today"},
    {ACCOUNT(LOGIN ", expires: 2026-03-31"), "2:209: warning: the account expires in 30 days"},
    {ACCOUNT(LOGIN ", expires: 2026-04-01"), ""},
    {ACCOUNT(LOGIN ", legacy: {allow: [old-tls], until: 2026-02-28, reason: r}"),
     "2:234: warning: this exception is over: it allows nothing any more"},
    {ACCOUNT(LOGIN ", legacy: {allow: [old-tls], until: 2026-03-02, reason: r}"),
     "2:234: warning: this exception is over in 1 day"},
    {"accounts: {a: {home: /a, " LOGIN ", grants: [{path: \"/.receipts/**\", may: [list, "
     "delete]}]}}",
     "2:22: warning: the grant `/.receipts/**` decides nothing: /.receipts is where the account "
     "finds its receipts, and reads them whatever is granted"},
    {"groups: {g: {legacy: {allow: [old-tls], until: 2026-02-28, reason: r}}}",
     "2:48: warning: this exception is over: it allows nothing any more"},
};
BOOST_DATA_TEST_CASE(an_account_that_nobody_can_use, boost::unit_test::data::make(accounts)) {
    require_said(said_of(sample.yaml), sample.said);
}

BOOST_AUTO_TEST_CASE(an_account_for_which_there_are_legacy_listeners_alone) {
    SiteFolder site;
    std::string server = SiteFolder::sound_server();
    server.insert(server.rfind('}'), ", algorithms: legacy");
    site.write("consign.yaml", server);
    const std::string with = ", legacy: {allow: [ssh-algorithms], until: 2027-01-01, reason: r}";
    site.write("policy.d/a.yaml", "version: 1\naccounts:\n  a: {home: /a, " LOGIN ", " ALL
                                  "}\n"
                                  "  b: {home: /b, " LOGIN ", " ALL +
                                      with + "}\n");
    const std::vector<std::string> expected{
        "policy.d/a.yaml:3:24: warning: the account cannot log in: the only listeners for it are "
        "legacy ones, and it has no exception for them"};
    BOOST_TEST(site.said() == expected, boost::test_tools::per_element());
}

const std::vector<Sample> others{
    {"classes: {a: {keep: 1 day, legal_basis: l}}", "2:11: warning: no route uses the class `a`"},
    {"classes: {a: {keep: 7 days, legal_basis: l, shorten_after_pickup: 1 week}}\n"
     "routes: [{name: b, when: {account: lab}, class: a}]",
     "2:67: warning: this shortens nothing: `keep` is 7 days"},
    {"classes: {a: {keep: 1 day}}\nroutes: [{name: b, when: {account: lab}, class: a}]",
     "2:11: warning: the class `a` has no `legal_basis`: the register of processing needs it (RGPD "
     "art. 6 and 30)"},
    {"pickups: [{name: p, account: lab, path: /out/**}]", ""},
    {"pickups: [{name: p, account: lab, path: /out/**, downloads: 3, then: hide}]",
     "2:61: warning: `then: hide` takes a file away with its first complete pickup: `downloads: 3` "
     "gives one download"},
    {"pickups: [{name: p, account: lab, path: /out/**, downloads: 1, then: erase}]", ""},
    {"pickups: [{name: p, account: lab, path: /out/**, downloads: 3, then: keep}]", ""},
    {"pickups: [{name: p, account: lab, path: /out/**, window: daily 05:00-05:00}]",
     "2:58: warning: `daily 05:00-05:00` lasts 24 hours, to the same time of the next day: whole "
     "days are written `00:00-24:00`"},
    {"targets: {t: {url: \"ftps://u@h\", at: Mon 05:00-05:00}}",
     "2:38: warning: `Mon 05:00-05:00` lasts 24 hours, to the same time of the next day: whole "
     "days are written `00:00-24:00`"},
    {"targets: {t: {url: \"ftps://u@h\", at: daily 00:00-24:00}}", ""},
    {"accounts: {b: {home: /b, " LOGIN ", grants: [{path: /in/**, may: [upload]}]}}\n"
     "pickups: [{name: p, account: b, path: /in/**}]",
     "3:39: warning: no grant allows `b` to download there"},
    {"accounts: {b: {home: /b, " LOGIN ", grants: [{path: /in/**, may: [upload]}]}}\n"
     "deposits: [{name: p, account: b, path: /out/**, expect_by: 07:30}]",
     "3:40: warning: no grant allows `b` to upload there"},
    {"targets: {t: {url: \"ftps://u@h\"}}\n"
     "pulls: [{name: p, target: t, from_folder: /o, into: /elsewhere, at: daily 06:00}]",
     "3:53: warning: `/elsewhere` lies in no account's home: nobody will see the files"},
};
BOOST_DATA_TEST_CASE(elsewhere, boost::unit_test::data::make(others)) {
    require_said(said_of(sample.yaml), sample.said);
}

BOOST_AUTO_TEST_CASE(temporary_names_that_are_all_names_leave_no_deposit) {
    const auto said = said_of("", "temporary_names: [\"*.part\", \"*\"]\n");
    BOOST_REQUIRE(said.size() == 1);
    BOOST_TEST(
        said[0].ends_with("warning: each name is a temporary one: nothing is ever a deposit"),
        said[0]);
}

BOOST_AUTO_TEST_CASE(data_may_not_go_where_the_site_is_not) {
    require_said(said_of("targets: {t: {url: \"ftps://u@h\", residency: US}}", "residency: EEA\n"),
                 "2:45: error: the data stands in `EEA`, and may not go to `US`");
    require_said(said_of("targets: {t: {url: \"ftps://u@h\"}}", "residency: EEA\n"),
                 "2:11: warning: the data stands in `EEA`, and `t` does not say where it stands: "
                 "write its `residency`");
    require_said(said_of("targets: {t: {url: \"ftps://u@h\", residency: EEA}}", "residency: EEA\n"),
                 "");
    require_said(said_of("targets: {t: {url: \"ftps://u@h\", residency: US}}"), "");
}

BOOST_AUTO_TEST_CASE(a_word_that_is_not_carried_out_is_told_once_in_each_file) {
    SiteFolder site;
    const auto account = [](const std::string& name) {
        return "  " + name + ": {home: /" + name +
               ", login: {any_of: [publickey, ssh-certificate], keys: [" KEY "]}, " ALL "}\n";
    };
    site.write("policy.d/a.yaml", "version: 1\naccounts:\n" + account("a") + account("b"));
    site.write("policy.d/b.yaml", "version: 1\naccounts:\n" + account("c"));
    const std::vector<std::string> expected{
        "policy.d/a.yaml:3:45: warning: `ssh-certificate`" + std::string(not_carried_out),
        "policy.d/b.yaml:3:45: warning: `ssh-certificate`" + std::string(not_carried_out)};
    BOOST_TEST(site.said() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(of_grants_homes_and_logins) {
    SiteFolder site;
    site.write("policy.d/a.yaml",
               "version: 1\naccounts:\n"
               "  a:\n    home: /h\n    login: {any_of: [publickey], keys: [\"" +
                   std::string(sample_key) +
                   "\"],\n      password: " HASH
                   "}\n"
                   "    grants:\n"
                   "      - {path: /in/**, may: [upload]}\n"
                   "      - {path: /in/**, may: [list]}\n"
                   "      - {path: /in/x/*, may: [list]}\n"
                   "      - {path: /in*, may: [list]}\n"
                   "  b:\n    home: /h/b\n    login: {any_of: [password], password: " HASH "}\n");
    const std::vector<std::string> expected{
        "policy.d/a.yaml:6:17: warning: this password is never used: no way in names `password`",
        "policy.d/a.yaml:9:9: warning: this grant can never decide: the one at line 8 (`/in/**`) "
        "matches first",
        "policy.d/a.yaml:10:9: warning: this grant can never decide: the one at line 8 (`/in/**`) "
        "matches first",
        "policy.d/a.yaml:12:3: warning: `b` has no grants: it can log in, and do nothing",
        "policy.d/a.yaml:13:11: warning: this home lies within another account's home, `/h`"};
    BOOST_TEST(site.said() == expected, boost::test_tools::per_element());
    BOOST_TEST(site.load().policy != nullptr);  // a warning stops nothing
}

BOOST_AUTO_TEST_SUITE_END()
