// One mistake each in the rules of policy.d: groups, routes, classes, targets, what is expected,
// alerts.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policies/mistake.hpp"

using namespace consign::policy;

namespace {

#define ROUTE(when, more) "routes: [{name: r, when: {" when "}, class: k, " more "}]"
#define COPY "to: [{copy: \"{home}/{name}\"}]"
#define WHEN(when) ROUTE(when, COPY)
#define TO(to) ROUTE("path: /**", "to: [" to "]")
#define URL(url) \
    "targets: {t: {url: \"" url "\", password: \"file:p\", host_key: \"" HOST_KEY "\"}}"
#define HOST_KEY "SHA256:hf4G+WF6jOyhl/fqwQ+1l6EQSJx5bx9dLlVPGSRnjIE"
}  // namespace

BOOST_AUTO_TEST_SUITE(policy_rule_mistakes)

const std::vector<Mistake> rule_mistakes{
    {"acounts: {}",
     "2:1: error: unknown key `acounts`; did you mean `accounts`? (known here: version, groups, "
     "accounts, routes, classes, targets, pulls, pickups, deposits, alerts)"},
    {"groups: {g: {home: /x}}",
     "2:14: error: unknown key `home` (known here: grants, quota, protocols, from, hours, "
     "filename_charset, claims, legacy)"},
    {"groups: []", "2:9: error: expected a mapping by name, found a list"},
    {"version: 1", "2:1: error: `version` stands here twice: first at line 1"},
    {"routes: [{when: {path: /**}, " COPY "}]", "2:10: error: `name` is missing"},
    {"routes: [{name: r, " COPY "}]", "2:10: error: `when` is missing"},
    {"routes: [{name: r, when: {path: /**}}]",
     "2:10: error: this route does nothing: write `to`, `class`, `acknowledge`, `scan` or `alert`"},
    {WHEN(""), "2:26: error: no condition: write `path: /**` for every deposit"},
    {WHEN("path: labs/**"), "2:33: error: `labs/**` does not start with `/`"},
    {WHEN("name: a/b"), "2:33: error: `a/b` is matched against the name alone: no `/`"},
    {WHEN("path_regex: \"(\""), "2:39: error: "},
    {WHEN("account: sonud"),
     "2:36: error: no file defines the account `sonud`; did you mean `sound`?"},
    {WHEN("account: []"), "2:36: error: an empty list matches nothing: leave the key out"},
    {WHEN("group: [labs]"), "2:35: error: no file defines the group `labs`"},
    {WHEN("size: {}"), "2:33: error: no bound: write `at_least` or `at_most`"},
    {WHEN("size: {at_least: 2 KiB, at_most: 1 KiB}"),
     "2:33: error: no file is that size: `at_least` is above `at_most`"},
    {WHEN("size: 4 GiB"), "2:33: error: expected a mapping of at_least, at_most, found `4 GiB`"},
    {WHEN("time: Mon 06:00"), "2:33: error: `Mon 06:00` has no end"},
    {WHEN("format: hl8"),
     "2:35: error: expected one of other, hl7, hprim-sante, hprim-medecin, dicom, pdf, xml, csv, "
     "found `hl8`; did you mean `hl7`?"},
    {WHEN("packing: [rar]"), "2:37: error: expected one of none, gzip, zip, found `rar`"},
    {WHEN("hl7: {mesage_type: ORU}"), "2:33: error: "},
    {WHEN("hl7: [ORU]"), "2:32: error: expected a mapping by name, found a list"},
    {WHEN("hl7: {message_type: []}"),
     "2:47: error: an empty list matches nothing: leave the key out"},
    {WHEN("dicom: {Modalitee: CR}"), "2:35: error: "},
    {WHEN("ignore_case: yes, name: a"),
     "2:40: error: expected `true` or `false`, found `yes`: write `true`"},
    {ROUTE("path: /**", "complete_when: [trailer], " COPY), "2:65: error: expected one of "},
    {ROUTE("path: /**", "subject: {}, " COPY), "2:58: error: `id` is missing"},
    {ROUTE("path: /**", "subject: {id: PID-3}, " COPY),
     "2:63: error: expected a field such as `hl7.PID-3.1`"},
    {ROUTE("path: /**", "on_clash: replace, " COPY),
     "2:59: error: expected one of number, fail, found `replace`"},
    {ROUTE("path: /**", "acknowledge: acks, " COPY),
     "2:62: error: `acks` does not start with `/` or `{home}/`"},
    {ROUTE("path: /**", "alert: [operations], " COPY),
     "2:57: error: no file defines the alert `operations`"},
    {"routes: [{name: r, when: {path: /**}, class: kk, " COPY "}]",
     "2:46: error: no file defines the class `kk`"},
    {ROUTE("path: /**", "to: []"),
     "2:53: error: expected at least one action: copy, move, deliver, quarantine or tag"},
    {TO("copy"),
     "2:54: error: expected a mapping of copy, move, deliver, quarantine, tag, found `copy`"},
    {TO("{}"), "2:54: error: `copy` or `move` or `deliver` or `quarantine` or `tag` is missing"},
    {TO("{copy: \"{home}/{name}\", tag: x}"), "2:54: error: `copy` and `tag` exclude each other"},
    {TO("{copy: \"{home}/{nmae}\"}"), "2:61: error: unknown placeholder `{nmae}`"},
    {TO("{copy: \"{home}/../{name}\"}"), "2:61: error: "},
    {TO("{copy: \"{home}/{capture.1}\"}"),
     "2:61: error: `{home}/{capture.1}` holds a capture, and the route has no `path_regex`"},
    {ROUTE("path_regex: \"/(.*)\"", "to: [{copy: \"{home}/{capture.2}\"}]"),
     "2:71: error: the route's `path_regex` has no group `2`"},
    {TO("{move: \"{home}/a/{name}\"}, {move: \"{home}/b/{name}\"}"),
     "2:88: error: the file has moved already, by the `move` at line 2"},
    {TO("{quarantine: why}, {quarantine: again}"),
     "2:86: error: the file has moved already, by the `quarantine` at line 2"},
    {TO("{move: \"{home}/a/{name}\"}, {quarantine: why}"),
     "2:61: warning: with a quarantine in the same route, no `move` is made"},
    {TO("{deliver: /inbox}"), "2:64: error: expected a target and a path there"},
    {TO("{deliver: \"his/inbox/{name}\"}"), "2:65: error: no file defines the target `his`"},
    {TO("{tag: two words}"), "2:60: error: the tag `two words`: expected one word"},
    {"classes: {k: {legal_basis: l}}", "2:11: error: `keep` is missing"},
    {"classes: {k: {legal_basis: l, keep: 10}}", "2:37: error: "},
    {"classes: {k: {legal_basis: l, keep: ten years}}", "2:37: error: "},
    {"classes: {k: {legal_basis: l, keep: 1 day, counted_from: birth}}",
     "2:58: error: expected one of deposit, last_pickup, last_activity, found `birth`"},
    {"targets: {t: {}}", "2:11: error: `url` is missing"},
    {URL("his.example"),
     "2:20: error: expected a URL such as `sftp://user@host.example:22/folder`"},
    {URL("ftp://his.example"), "2:20: error: expected a URL such as "},
    {URL("sftp://u:hunter2@his.example"),
     "2:20: error: a password never stands in a URL: write `password: file:PATH` beside it"},
    {URL("sftp://u@"), "2:20: error: a host is missing in this URL, or is none"},
    {URL("sftp://u@h:0"), "2:20: error: a port that is none stands in this URL"},
    {URL("sftp://u@h:70000"), "2:20: error: a port that is none stands in this URL"},
    {URL("sftp://[::1:22"), "2:20: error: a host is missing in this URL, or is none"},
    {URL("file://host/x"), "2:20: error: expected a local folder such as "},
    {URL("file:///x"), "2:11: error: `host_key` belongs to an sftp target"},
    {"targets: {t: {url: \"sftp://u@h\", password: \"file:p\"}}",
     "2:11: error: `host_key` is missing"},
    {"targets: {t: {url: \"sftp://u@h\", host_key: \"" HOST_KEY "\"}}",
     "2:11: error: `identity` or `password` is missing"},
    {URL("sftp://h"), "2:20: error: the user is missing: write `sftp://USER@h`"},
    {"targets: {t: {url: \"ftps://h/x\"}}",
     "2:20: error: the user is missing: write `ftps://USER@h`"},
    {"targets: {t: {url: \"ftps://u@h\", identity: \"file:i\"}}",
     "2:11: error: `identity` belongs to an sftp target"},
    {"pulls: [{name: p, target: t, from_folder: ../out, into: /homes/sound, at: daily 06:00}]\n"
     "targets: {t: {url: \"ftps://u@h\"}}",
     "2:43: error: expected a folder below the target's, such as `/outbox`, found `../out`"},
    {"targets: {t: {url: \"sftp://u@h\", password: \"file:p\", host_key: \"SHA256:abc\"}}",
     "2:64: error: expected a fingerprint as `ssh-keygen -l` prints it"},
    {"targets: {t: {url: \"ftps://u@h\", password: hunter2}}",
     "2:44: error: expected a reference to a secret"},
    {"targets: {t: {url: \"ftps://u@h\", connections: 0}}",
     "2:47: error: expected a whole number from 1 to 64, found `0`"},
    {"targets: {t: {url: \"ftps://u@h\", rate: 5}}", "2:40: error: expected a rate"},
    {"targets: {t: {url: \"ftps://u@h\", at: noon}}", "2:38: error: "},
    {"pulls: [{name: p, target: t, from_folder: /o, into: /homes/sound, at: daily 06:00}]",
     "2:27: error: no file defines the target `t`"},
    {"pulls: [{name: p, target: t, from_folder: /o, into: x, at: daily 06:00}]\ntargets: {t: {url: "
     "\"ftps://u@h\"}}",
     "2:53: error: expected an absolute, normal path, found `x`: write `/x`"},
    {"pickups: [{name: p, path: /**}]", "2:11: error: `account` is missing"},
    {"pickups: [{name: p, account: sund, path: /**}]",
     "2:30: error: no file defines the account `sund`; did you mean `sound`?"},
    {"pickups: [{name: p, account: sound, path: x}]", "2:43: error: `x` does not start with `/`"},
    {"deposits: [{name: d, account: sound, path: /**}]", "2:12: error: `expect_by` is missing"},
    {"deposits: [{name: d, account: sound, path: /**, expect_by: noon}]",
     "2:60: error: expected a time of day such as `07:30`, found `noon`"},
    {"deposits: [{name: d, account: sound, path: /**, expect_by: 07:30, days: Mo}]",
     "2:73: error: "},
    {"deposits: [{name: d, account: sound, path: /**, expect_by: 07:30, holidays: frnce}]",
     "2:77: error: no calendar is called `frnce`; did you mean `france`?"},
    {"deposits: [{name: d, account: sound, path: /**, expect_by: 07:30, holidays: none.txt}]",
     "2:77: error: the calendar file `none.txt` cannot be read: No such file or directory"},
    {"alerts: {a: []}", "2:13: error: expected at least one of exec, webhook, mail"},
    {"alerts: {a: [{exec: notify}]}",
     "2:21: error: expected the absolute path of a program, found `notify`"},
    {"alerts: {a: [{exec: /x, ca: y}]}", "2:14: error: `ca` belongs to a webhook or a mail"},
    {"alerts: {a: [{webhook: ops.example}]}", "2:24: error: expected a URL such as "},
    {"alerts: {a: [{mail: {to: nobody, relay: \"smtps://r\"}}]}",
     "2:26: error: expected one address such as `someone@host.example`"},
    {"alerts: {a: [{mail: {to: a@b, relay: r}}]}", "2:38: error: expected a URL such as "},
    {"alerts: {a: [{mail: {to: a@b}}]}", "2:21: error: `relay` is missing"},
};
BOOST_DATA_TEST_CASE(in_policy_d, boost::unit_test::data::make(rule_mistakes)) {
    auto said = said_of_policy(sample.yaml);
    std::erase_if(said, is_beside_the_point);
    if (*sample.said == '\0') {
        BOOST_TEST(said.empty(), joined(said));
        return;
    }
    BOOST_REQUIRE_MESSAGE(said.size() == 1u, joined(said));
    BOOST_TEST(said.front().starts_with(std::string("policy.d/p.yaml:") + sample.said),
               said.front());
}

BOOST_AUTO_TEST_SUITE_END()
