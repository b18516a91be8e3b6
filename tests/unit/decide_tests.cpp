#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <random>

#include "policy/decide.hpp"

using namespace consign;
using namespace consign::policy;
using boost::asio::ip::make_address;

namespace {

VirtualPath path(std::string_view text) {
    return VirtualPath::parse(text).value();
}

Grant grant(std::string_view glob, Verbs verbs, int line = 0) {
    return {Glob::path(glob).value(), std::move(verbs), {"policy.d/a.yaml", line}};
}

Account account(std::vector<Grant> grants) {
    Account made;
    made.id = "lab";
    made.home = path("/labs/lab");
    made.protocols = {"sftp"};
    made.grants = std::move(grants);
    made.rule = {"policy.d/a.yaml", 1};
    return made;
}

Listener sftp() {
    Listener listener;
    listener.protocol = "sftp";
    listener.rule = {"consign.yaml", 5};
    return listener;
}

const auto loopback = make_address("127.0.0.1");

Timestamp utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
              int second = 0) {
    using namespace std::chrono;
    return Timestamp(
        sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
        hours(hour) + minutes(minute) + seconds(second));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decide)

BOOST_AUTO_TEST_CASE(the_first_grant_whose_path_matches_decides_every_verb) {
    const Account lab = account(
        {grant("/in/**", {Verb::upload}, 10), grant("/**", {Verb::list, Verb::download}, 11)});
    BOOST_TEST(may(lab, Verb::upload, path("/in/x")).allowed);
    BOOST_TEST(may(lab, Verb::upload, path("/in/x")).rule.text() == "policy.d/a.yaml:10");
    // The second would allow it, and is not asked.
    const Verdict refused = may(lab, Verb::download, path("/in/x"));
    BOOST_TEST(!refused.allowed);
    BOOST_TEST(refused.rule.text() == "policy.d/a.yaml:10");
    BOOST_TEST(refused.reason == "the grant does not allow download");
    BOOST_TEST(may(lab, Verb::download, path("/out/x")).rule.line == 11);
}

BOOST_AUTO_TEST_CASE(no_grant_is_a_refusal_by_the_accounts_own_rule) {
    const Account lab = account({grant("/in/**", {Verb::upload})});
    const Verdict refused = may(lab, Verb::upload, path("/elsewhere"));
    BOOST_TEST(!refused.allowed);
    BOOST_TEST(refused.rule.text() == "policy.d/a.yaml:1");
    BOOST_TEST(refused.reason == "no grant covers this path");
    BOOST_TEST(!may(account({}), Verb::list, VirtualPath()).allowed);
}

BOOST_AUTO_TEST_CASE(a_verb_below_changes_nothing_above) {
    // Property: with random grants, adding one at the end never changes a verdict that a grant
    // gave, and a verdict always is the first match's.
    std::mt19937 random(99);
    const std::vector<std::string> globs{"/**",  "/in/**",   "/in/*", "/*/x",
                                         "/out", "/in/a/**", "/?"};
    const std::vector<std::string> paths{"/", "/in", "/in/a", "/in/a/x", "/out", "/out/x", "/a"};
    const auto any_grant = [&](int line) {
        Verbs verbs;
        for (int verb = 0; verb < 8; ++verb)
            if (random() % 2 == 0) verbs.insert(static_cast<Verb>(verb));
        return grant(globs[random() % globs.size()], verbs, line);
    };
    for (int round = 0; round < 500; ++round) {
        Account lab = account({});
        const int count = static_cast<int>(random() % 4);
        for (int line = 2; line < 2 + count; ++line) lab.grants.push_back(any_grant(line));
        Account longer = lab;
        longer.grants.push_back(any_grant(100));
        for (const std::string& text : paths) {
            for (int verb = 0; verb < 8; ++verb) {
                const Verdict before = may(lab, static_cast<Verb>(verb), path(text));
                const Verdict after = may(longer, static_cast<Verb>(verb), path(text));
                const bool was_granted = before.rule.line != 1;
                if (was_granted) BOOST_TEST_REQUIRE(before.allowed == after.allowed);
                if (was_granted) BOOST_TEST_REQUIRE(before.rule.line == after.rule.line);
                if (!was_granted) BOOST_TEST_REQUIRE(!before.allowed);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(folders_that_lead_to_a_granted_path_can_be_entered) {
    const Account lab = account({grant("/a/b/*.hl7", {Verb::download}, 10)});
    BOOST_TEST(may_enter(lab, VirtualPath()).allowed);
    BOOST_TEST(may_enter(lab, path("/a")).allowed);
    BOOST_TEST(may_enter(lab, path("/a/b")).rule.line == 10);
    BOOST_TEST(!may_enter(lab, path("/a/c")).allowed);
    BOOST_TEST(!may_enter(lab, path("/a/b/c")).allowed);
    BOOST_TEST(is_shown(lab, path("/a"), true));
    BOOST_TEST(!is_shown(lab, path("/z"), true));
    BOOST_TEST(!is_shown(lab, path("/a"), false));  // a file of that name leads nowhere
    BOOST_TEST(!may_enter(account({}), VirtualPath()).allowed);
}

BOOST_AUTO_TEST_CASE(a_drop_box_shows_its_folders_and_none_of_its_files) {
    const Account lab = account({grant("/in/**", {Verb::upload, Verb::mkdir})});
    BOOST_TEST(is_shown(lab, path("/in"), true));
    BOOST_TEST(may_enter(lab, path("/in")).allowed);
    BOOST_TEST(may_enter(lab, path("/in/today")).allowed);
    BOOST_TEST(!is_shown(lab, path("/in/secret.hl7"), false));
    BOOST_TEST(!is_shown(lab, path("/in/today/secret.hl7"), false));
}

BOOST_AUTO_TEST_CASE(list_on_a_folder_or_on_the_entry_shows_it) {
    const Account lab =
        account({grant("/out/**", {Verb::list}), grant("/pub/*.pdf", {Verb::list})});
    BOOST_TEST(is_shown(lab, path("/out/x"), false));
    BOOST_TEST(is_shown(lab, path("/out/x/y"), false));
    BOOST_TEST(is_shown(lab, path("/pub/x.pdf"), false));
    BOOST_TEST(!is_shown(lab, path("/pub/x.doc"), false));
    BOOST_TEST(is_shown(lab, VirtualPath(), true));
}

BOOST_AUTO_TEST_CASE(a_grant_of_nothing_closes_what_lies_below_it) {
    const Account lab = account(
        {grant("/out/private/**", {}, 10), grant("/out/**", {Verb::list, Verb::download}, 11)});
    BOOST_TEST(!may(lab, Verb::download, path("/out/private/x")).allowed);
    BOOST_TEST(!may_enter(lab, path("/out/private")).allowed);
    BOOST_TEST(!may_enter(lab, path("/out/private/deep")).allowed);
    BOOST_TEST(may_enter(lab, path("/out")).allowed);
    // An exception before it opens a way through.
    const Account through = account({grant("/out/private/ours/**", {Verb::download}),
                                     grant("/out/private/**", {}), grant("/out/**", {Verb::list})});
    BOOST_TEST(may_enter(through, path("/out/private")).allowed);
    BOOST_TEST(may_enter(through, path("/out/private/ours")).allowed);
    BOOST_TEST(!may_enter(through, path("/out/private/theirs")).allowed);
    BOOST_TEST(!is_shown(through, path("/out/private/theirs"), true));
}

BOOST_AUTO_TEST_CASE(no_grant_decides_among_the_receipts) {
    const Account all = account({grant("/**",
                                       {Verb::list, Verb::download, Verb::upload, Verb::overwrite,
                                        Verb::append, Verb::rename, Verb::remove, Verb::mkdir},
                                       10)});
    const Account none = account({grant("/**", {}, 10)});
    for (const Account& lab : {all, none})
        for (const char* const place : {"/.receipts", "/.receipts/2026-11-24/1-0.json"}) {
            for (const Verb verb : {Verb::list, Verb::download})
                BOOST_TEST(may(lab, verb, path(place)).allowed);
            for (const Verb verb : {Verb::upload, Verb::overwrite, Verb::append, Verb::rename,
                                    Verb::remove, Verb::mkdir}) {
                const Verdict verdict = may(lab, verb, path(place));
                BOOST_TEST(!verdict.allowed);
                BOOST_TEST(verdict.rule.text() == "policy.d/a.yaml:1");
            }
        }
    BOOST_TEST(may(all, Verb::upload, path("/.receipts2")).allowed);
    BOOST_TEST(may(all, Verb::upload, path("/in/.receipts")).allowed);
    BOOST_TEST(!may_enter(none, path("/")).allowed);
}

BOOST_AUTO_TEST_CASE(connects_within_every_bound) {
    Policy policy;
    Account lab = account({});
    const Timestamp now = utc(2026, 3, 1);
    BOOST_TEST(may_connect(policy, lab, sftp(), loopback, now).allowed);
    Listener ftps = sftp();
    ftps.protocol = "ftps";
    BOOST_TEST(may_connect(policy, lab, ftps, loopback, now).reason ==
               "the account may not use this protocol");
    lab.enabled = false;
    BOOST_TEST(may_connect(policy, lab, sftp(), loopback, now).reason == "the account is disabled");
}

BOOST_AUTO_TEST_CASE(expires_at_the_end_of_its_last_day_in_the_sites_zone) {
    Policy policy;
    policy.zone = "Europe/Paris";
    Account lab = account({});
    lab.expires = std::chrono::sys_days(std::chrono::year(2026) / 7 / 14);
    // Paris is two hours ahead: its 14 July ends at 22:00 UTC.
    BOOST_TEST(may_connect(policy, lab, sftp(), loopback, utc(2026, 7, 14, 21, 59)).allowed);
    BOOST_TEST(!may_connect(policy, lab, sftp(), loopback, utc(2026, 7, 14, 22, 0)).allowed);
}

struct LegacyLogin {
    const char* protocol;  // of the legacy listener
    std::set<LegacyException> allow;
    int second;          // of the day after the last, in Paris
    const char* rule;    // of the refusal
    const char* reason;  // empty: allowed
};
std::ostream& operator<<(std::ostream& out, const LegacyLogin& sample) {
    out << sample.protocol << " " << sample.second;
    for (const LegacyException exception : sample.allow) out << " " << name_of(exception);
    return out;
}
constexpr const char* no_exception = "the account has no exception for a legacy listener";
constexpr const char* lapsed =
    "the account's exception for a legacy listener ended on its last day";
const std::vector<LegacyLogin> legacy_logins{
    {"sftp", {LegacyException::ssh_algorithms}, -86400, "", ""},
    {"sftp", {LegacyException::ssh_algorithms}, -1, "", ""},
    {"sftp", {LegacyException::ssh_algorithms}, 0, "policy.d/a.yaml:7", lapsed},
    {"sftp", {LegacyException::old_tls}, -1, "policy.d/a.yaml:2", no_exception},
    {"sftp", {LegacyException::no_close_notify}, -1, "policy.d/a.yaml:2", no_exception},
    {"sftp", {}, -1, "policy.d/a.yaml:2", no_exception},
    {"ftps", {LegacyException::old_tls}, -1, "", ""},
    {"ftps", {LegacyException::old_tls, LegacyException::no_close_notify}, -1, "", ""},
    {"ftps", {LegacyException::old_tls}, 0, "policy.d/a.yaml:7", lapsed},
    {"ftps", {LegacyException::ssh_algorithms}, -1, "policy.d/a.yaml:2", no_exception},
    {"ftps", {LegacyException::no_close_notify}, 0, "policy.d/a.yaml:2", no_exception},
};
BOOST_DATA_TEST_CASE(a_legacy_listener_lets_in_who_has_an_exception_that_lasts,
                     boost::unit_test::data::make(legacy_logins)) {
    Policy policy;
    policy.zone = "Europe/Paris";
    Account lab = account({});
    lab.rule = {"policy.d/a.yaml", 2};
    lab.protocols = {"sftp", "ftps"};
    Listener listener = sftp();
    listener.protocol = sample.protocol;
    // Paris is two hours ahead: its 14 July ends at 22:00 UTC.
    const Timestamp now = utc(2026, 7, 14, 22) + std::chrono::seconds(sample.second);
    BOOST_TEST(may_connect(policy, lab, listener, loopback, now).allowed);
    listener.algorithms = AlgorithmProfile::legacy;
    BOOST_TEST(may_connect(policy, lab, listener, loopback, now).reason == no_exception);
    lab.legacy = {.allow = sample.allow,
                  .until = std::chrono::sys_days(std::chrono::year(2026) / 7 / 14),
                  .reason = "r",
                  .rule = {"policy.d/a.yaml", 7}};
    const Verdict verdict = may_connect(policy, lab, listener, loopback, now);
    BOOST_TEST(verdict.reason == sample.reason);
    BOOST_TEST(verdict.allowed == (*sample.reason == '\0'));
    if (!verdict.allowed) BOOST_TEST(verdict.rule.text() == sample.rule);
}

BOOST_AUTO_TEST_CASE(an_exception_opens_no_other_bound) {
    Policy policy;
    Account lab = account({});
    lab.legacy = {.allow = {LegacyException::ssh_algorithms},
                  .until = std::chrono::sys_days(std::chrono::year(2026) / 7 / 14),
                  .reason = "r",
                  .rule = {"policy.d/a.yaml", 7}};
    lab.from = {{parse_network("10.0.0.0/8").value(), {"policy.d/a.yaml", 20}}};
    Listener legacy = sftp();
    legacy.algorithms = AlgorithmProfile::legacy;
    const Timestamp now = utc(2026, 7, 14);
    BOOST_TEST(may_connect(policy, lab, legacy, make_address("10.1.2.3"), now).allowed);
    BOOST_TEST(may_connect(policy, lab, legacy, loopback, now).reason ==
               "the account may not come from this address");
    lab.protocols = {"ftps"};
    BOOST_TEST(may_connect(policy, lab, legacy, make_address("10.1.2.3"), now).reason ==
               "the account may not use this protocol");
}

BOOST_AUTO_TEST_CASE(an_exception_lasts_to_the_end_of_its_last_day_in_the_sites_zone) {
    Policy policy;
    policy.zone = "Europe/Paris";
    Account lab = account({});
    const auto verdict = [&](LegacyException exception, Timestamp now) {
        return has_exception(policy, lab, exception, now);
    };
    using enum LegacyException;
    const Timestamp last_second = utc(2026, 7, 14, 21, 59, 59);
    BOOST_TEST(!verdict(no_close_notify, last_second).allowed);
    BOOST_TEST(verdict(no_close_notify, last_second).rule.text() == "policy.d/a.yaml:1");
    lab.legacy = {.allow = {no_close_notify},
                  .until = std::chrono::sys_days(std::chrono::year(2026) / 7 / 14),
                  .reason = "r",
                  .rule = {"policy.d/a.yaml", 7}};
    BOOST_TEST(verdict(no_close_notify, last_second).allowed);
    BOOST_TEST(verdict(no_close_notify, last_second).rule.text() == "policy.d/a.yaml:7");
    BOOST_TEST(!verdict(old_tls, last_second).allowed);
    BOOST_TEST(verdict(old_tls, last_second).reason == "the account has no such exception");
    const Verdict over = verdict(no_close_notify, last_second + std::chrono::seconds(1));
    BOOST_TEST(!over.allowed);
    BOOST_TEST(over.rule.text() == "policy.d/a.yaml:7");
    BOOST_TEST(over.reason == "the account's exception ended on its last day");
}

BOOST_AUTO_TEST_CASE(comes_from_a_network_that_the_account_names) {
    Policy policy;
    Account lab = account({});
    lab.from = {{parse_network("10.0.0.0/8").value(), {"policy.d/a.yaml", 20}},
                {parse_network("2001:db8::/32").value(), {"policy.d/a.yaml", 21}}};
    const auto verdict = [&](const char* peer) {
        return may_connect(policy, lab, sftp(), make_address(peer), utc(2026, 3, 1));
    };
    BOOST_TEST(verdict("10.1.2.3").rule.line == 20);
    BOOST_TEST(verdict("::ffff:10.1.2.3").allowed);
    BOOST_TEST(verdict("2001:db8::5").rule.line == 21);
    BOOST_TEST(!verdict("11.1.2.3").allowed);
    BOOST_TEST(!verdict("::1").allowed);
}

BOOST_AUTO_TEST_CASE(a_login_is_complete_once_all_methods_of_one_way_succeeded) {
    Account lab = account({});
    const auto progress = [&](const std::set<Method>& succeeded) {
        return login_progress(lab, "sftp", succeeded);
    };
    using enum Method;
    BOOST_TEST(!progress({}).complete);  // no way: nobody
    BOOST_TEST(progress({}).next.empty());
    lab.ways = {{}};
    BOOST_TEST(!progress({}).complete);
    lab.ways = {{publickey, password}};
    BOOST_TEST((progress({}).next == std::set{publickey, password}));
    BOOST_TEST((progress({publickey}).next == std::set{password}));
    BOOST_TEST(!progress({publickey}).complete);
    BOOST_TEST(progress({publickey, password}).complete);
    BOOST_TEST(progress({publickey, password}).next.empty());
    lab.ways = {{publickey}, {password}};
    BOOST_TEST(progress({password}).complete);
}

BOOST_AUTO_TEST_CASE(a_way_counts_where_the_protocol_carries_all_of_it) {
    Account lab = account({});
    using enum Method;
    lab.ways = {{publickey}, {tls_certificate, password}};
    BOOST_TEST((login_progress(lab, "ftps", {}).next == std::set{tls_certificate, password}));
    BOOST_TEST((login_progress(lab, "ftps", {password}).next == std::set{tls_certificate}));
    BOOST_TEST((login_progress(lab, "ftps", {tls_certificate}).next == std::set{password}));
    BOOST_TEST(login_progress(lab, "ftps", {tls_certificate, password}).complete);
    BOOST_TEST((login_progress(lab, "sftp", {password}).next == std::set{publickey}));
    BOOST_TEST(!login_progress(lab, "ftps", {publickey}).complete);
    lab.ways = {{publickey, tls_certificate}, {tls_certificate, password}};
    BOOST_TEST(login_progress(lab, "sftp", {password}).next.empty());
    BOOST_TEST(login_progress(lab, "sftp", {publickey}).next.empty());
    BOOST_TEST(!login_progress(lab, "sftp", {publickey}).complete);
    BOOST_TEST(login_progress(lab, "telnet", {password}).next.empty());
}

BOOST_AUTO_TEST_CASE(knows_temporary_names) {
    Policy policy;
    policy.temporary_names = {Glob::name("*.tmp").value(), Glob::name("*.part").value()};
    BOOST_TEST(is_temporary_name(policy, "x.tmp"));
    BOOST_TEST(is_temporary_name(policy, ".part"));
    BOOST_TEST(!is_temporary_name(policy, "x.tmp.hl7"));
    BOOST_TEST(!is_temporary_name(policy, "x.TMP"));
}

BOOST_AUTO_TEST_CASE(names_the_folders_to_make_each_after_the_one_that_holds_it) {
    Policy policy;
    policy.accounts["lab"] =
        account({grant("/in/**", {Verb::upload}), grant("/{a,b}/c/*", {}),
                 grant("/file.pdf", {Verb::download}), grant("/folder", {Verb::list})});
    std::vector<std::string> made;
    for (const VirtualPath& folder : folders(policy)) made.emplace_back(folder.text());
    const std::vector<std::string> expected{
        "/labs",       "/labs/lab",     "/labs/lab/a",      "/labs/lab/a/c",
        "/labs/lab/b", "/labs/lab/b/c", "/labs/lab/folder", "/labs/lab/in"};
    BOOST_TEST(made == expected, boost::test_tools::per_element());
    for (const std::string& one : expected)
        BOOST_TEST(names_folder(policy, VirtualPath::parse(one).value()));
    for (const auto* const other : {"/labs/lab/in/x", "/labs/lab/a/d", "/labs/lab/file.pdf",
                                    "/labs/laboratory", "/labs/la", "/else"})
        BOOST_TEST(!names_folder(policy, VirtualPath::parse(other).value()));
}

BOOST_AUTO_TEST_SUITE_END()
