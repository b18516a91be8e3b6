#include <dirent.h>
#include <dlfcn.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>

#include "policies/site_folder.hpp"
#include "policy/route.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

/// While it lives, folders can be read for `entries` entries, and then the disk fails.
class FailingReaddir {
  public:
    explicit FailingReaddir(int entries) { entries_left = entries; }
    FailingReaddir(const FailingReaddir&) = delete;
    FailingReaddir& operator=(const FailingReaddir&) = delete;
    ~FailingReaddir() { entries_left.reset(); }

    static inline std::optional<int> entries_left;
};

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

}  // namespace

/// Stands before the C library's, and is what std::filesystem calls.
extern "C" dirent* readdir(DIR* folder) {
    static const auto real = reinterpret_cast<dirent* (*)(DIR*)>(dlsym(RTLD_NEXT, "readdir"));
    if (FailingReaddir::entries_left && (*FailingReaddir::entries_left)-- <= 0) {
        errno = EIO;
        return nullptr;
    }
    return real(folder);
}

BOOST_AUTO_TEST_SUITE(policy_load)

BOOST_AUTO_TEST_CASE(reads_everything_that_the_files_say) {
    SiteFolder site;
    site.write("consign.yaml",
               "version: 1\nsite: depot.example\ndata: data/../store\npolicy: policy.d/*.yaml\n"
               "zone: Europe/Paris\nkeys: {root: credential:consign-root}\n"
               "register: {controller: C, contact: a@b, representative: R, dpo: D}\n"
               "listeners:\n"
               "  - {name: a, protocol: sftp, bind: \"[::]:2022\", host_keys: [k/a, /abs/b],"
               " algorithms: compatible}\n"
               "limits: {sessions: 7, idle_time: 2 hours, unfinished_uploads_kept: 3 days}\n"
               "temporary_names: [\"*.x\"]\n");
    site.write("keys/one.pub", "# ours\n" + std::string(sample_key) + "\n\n");
    site.write("policy.d/1.yaml",
               "version: 1\n"
               "groups:\n"
               "  labs:\n"
               "    grants: [{path: /in/**, may: [upload, delete]}]\n"
               "    quota: {bytes: 50 GiB, files: 10}\n"
               "    from: [10.0.0.0/8]\n");
    site.write("policy.d/2.yaml",
               "version: 1\n"
               "accounts:\n"
               "  lab:\n"
               "    name: Un laboratoire\n"
               "    group: labs\n"
               "    home: /labs/lab\n"
               "    protocols: [sftp]\n"
               "    enabled: false\n"
               "    expires: 2027-12-31\n"
               "    login:\n"
               "      any_of: [publickey, [publickey, password]]\n"
               "      keys: [keys/one.pub]\n"
               "      password: $argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA\n"
               "    quota: {file: 1 GiB}\n"
               "routes:\n"
               "  - name: all\n"
               "    when: {name: \"*.HL7\", ignore_case: true, account: lab}\n"
               "    to: [{copy: \"{home}/done/{name}\"}]\n");
    const Loaded loaded = site.load();
    BOOST_REQUIRE_MESSAGE(loaded.policy != nullptr, joined(site.said()));
    const Policy& policy = *loaded.policy;
    BOOST_TEST(policy.data == site.path("store"));
    BOOST_TEST((policy.root_key.kind == KeyReference::Kind::credential));
    BOOST_TEST(policy.root_key.value == "consign-root");
    BOOST_TEST(policy.controller.name == "C");
    BOOST_TEST(policy.controller.contact == "a@b");
    BOOST_TEST(policy.controller.representative == "R");
    BOOST_TEST(policy.controller.dpo == "D");
    BOOST_TEST(policy.listeners.at(0).port == 2022);
    BOOST_TEST((policy.listeners.at(0).algorithms == AlgorithmProfile::compatible));
    BOOST_TEST(policy.listeners.at(0).host_keys.at(0) == site.path("k/a"));
    BOOST_TEST(policy.listeners.at(0).host_keys.at(1) == "/abs/b");
    BOOST_TEST(policy.limits.sessions == 7u);
    BOOST_TEST(policy.limits.sessions_per_account == 16u);
    BOOST_TEST(policy.limits.idle_time.count() == 7200);
    BOOST_TEST(policy.limits.unfinished_uploads_kept.count() == 259200);
    BOOST_TEST(policy.temporary_names.size() == 1u);
    const Account& lab = policy.accounts.at("lab");
    BOOST_TEST(lab.name == "Un laboratoire");
    BOOST_TEST(lab.home.text() == "/labs/lab");
    BOOST_TEST(!lab.enabled);
    BOOST_TEST((lab.protocols == std::set<std::string>{"sftp"}));
    BOOST_TEST((lab.expires == std::chrono::sys_days(std::chrono::year(2027) / 12 / 31)));
    BOOST_TEST(lab.ways.size() == 2u);
    BOOST_TEST(lab.keys.at(0).fingerprint == "SHA256:hf4G+WF6jOyhl/fqwQ+1l6EQSJx5bx9dLlVPGSRnjIE");
    BOOST_TEST(lab.keys.at(0).rule.text() == "policy.d/2.yaml:12");
    BOOST_TEST(lab.password_hash.starts_with("$argon2id$"));
    BOOST_TEST(lab.from.at(0).rule.text() == "policy.d/1.yaml:6");  // the group's
    BOOST_TEST(lab.grants.at(0).rule.text() == "policy.d/1.yaml:4");
    BOOST_TEST((lab.grants.at(0).may == Verbs{Verb::upload, Verb::remove}));
    // The account's own quota stands instead of its group's, not beside it.
    BOOST_TEST(!lab.quota.bytes.has_value());
    BOOST_TEST(*lab.quota.file == 1ULL << 30);
    BOOST_TEST(lab.rule.text() == "policy.d/2.yaml:3");
    DepositFacts facts;
    facts.path = VirtualPath::parse("/labs/lab/in/A.hl7").value();
    facts.account = "lab";
    facts.home = lab.home;
    BOOST_TEST(route(policy, facts)->copies.at(0).path->text() == "/labs/lab/done/A.hl7");
}

BOOST_AUTO_TEST_CASE(defaults_stand_where_the_files_say_nothing) {
    SiteFolder site;
    std::string server = SiteFolder::sound_server();
    server.erase(server.find("zone"), server.find("keys") - server.find("zone"));
    site.write("consign.yaml", server);
    site.write("policy.d/a.yaml", "version: 1\naccounts:\n" + SiteFolder::account("lab"));
    const Loaded loaded = site.load();
    BOOST_REQUIRE_MESSAGE(loaded.policy != nullptr, joined(site.said()));
    BOOST_TEST(loaded.problems.empty());
    BOOST_TEST(loaded.policy->zone == "UTC");
    BOOST_TEST((loaded.policy->listeners.at(0).algorithms == AlgorithmProfile::modern));
    BOOST_TEST(!loaded.policy->accounts.at("lab").legacy.has_value());
    BOOST_TEST(loaded.policy->temporary_names.size() == 3u);
    BOOST_TEST(loaded.policy->limits.login_time.count() == 30);
    BOOST_TEST(loaded.policy->accounts.at("lab").enabled);
    BOOST_TEST(
        (loaded.policy->accounts.at("lab").protocols == std::set<std::string>{"ftps", "sftp"}));
}

BOOST_AUTO_TEST_CASE(reads_what_an_ftps_listener_says) {
    SiteFolder site;
    std::string server = SiteFolder::sound_server();
    server.erase(server.find("listeners"));
    site.write(
        "consign.yaml",
        server +
            "listeners:\n"
            "  - {name: a, protocol: ftps, bind: \"[::]:2121\", certificate: tls/c.pem,"
            " private_key: ../k.pem}\n"
            "  - {name: b, bind: \"[::]:990\", tls: implicit, session_reuse: require,"
            " client_ca: /abs/ca.pem, passive: {ports: 50000-50100, address: 203.0.113.7},"
            " certificate: c, private_key: k, algorithms: compatible, protocol: ftps}\n"
            "  - {name: c, protocol: ftps, bind: \"[::]:2123\", certificate: c,"
            " private_key: k, passive: {ports: 65535}, tls: explicit, session_reuse: off}\n");
    site.write("policy.d/a.yaml", "version: 1\naccounts:\n" + SiteFolder::account("lab"));
    const Loaded loaded = site.load();
    BOOST_REQUIRE_MESSAGE(loaded.policy != nullptr, joined(site.said()));
    BOOST_TEST(loaded.problems.empty(), joined(site.said()));
    BOOST_REQUIRE(loaded.policy->listeners.size() == 3u);
    const Listener& plain = loaded.policy->listeners[0];
    BOOST_TEST(plain.protocol == "ftps");
    BOOST_TEST((plain.tls == Tls::explicit_));
    BOOST_TEST((plain.session_reuse == SessionReuse::prefer));
    BOOST_TEST(plain.certificate == site.path("tls/c.pem"));
    BOOST_TEST(plain.private_key == site.path("").parent_path().parent_path() / "k.pem");
    BOOST_TEST(!plain.client_ca.has_value());
    BOOST_TEST(plain.passive.first_port == 0);
    BOOST_TEST(plain.passive.last_port == 0);
    BOOST_TEST(!plain.passive.address.has_value());
    BOOST_TEST(plain.host_keys.empty());
    const Listener& full = loaded.policy->listeners[1];
    BOOST_TEST((full.tls == Tls::implicit));
    BOOST_TEST((full.session_reuse == SessionReuse::require));
    BOOST_TEST((full.algorithms == AlgorithmProfile::compatible));
    BOOST_TEST(full.client_ca.value() == "/abs/ca.pem");
    BOOST_TEST(full.passive.first_port == 50000);
    BOOST_TEST(full.passive.last_port == 50100);
    BOOST_TEST(full.passive.address.value() == boost::asio::ip::make_address_v4("203.0.113.7"));
    BOOST_TEST(full.rule.text() == "consign.yaml:9");
    const Listener& one_port = loaded.policy->listeners[2];
    BOOST_TEST((one_port.session_reuse == SessionReuse::off));
    BOOST_TEST(one_port.passive.first_port == 65535);
    BOOST_TEST(one_port.passive.last_port == 65535);
}

BOOST_AUTO_TEST_CASE(reads_certificates_and_exceptions_of_accounts) {
    SiteFolder site;
    std::string server = SiteFolder::sound_server();
    server.insert(server.rfind(']'),
                  ", {name: f, protocol: ftps, bind: \"[::]:1\", certificate: c, private_key: k, "
                  "client_ca: a}");
    site.write("consign.yaml", server);
    site.write("policy.d/a.yaml",
               "version: 1\n"
               "groups:\n"
               "  old:\n"
               "    legacy: {allow: [ssh-algorithms, old-tls], until: 2027-03-31, reason: r}\n"
               "    grants: [{path: /**, may: [list]}]\n"
               "accounts:\n"
               "  a:\n"
               "    home: /a\n"
               "    group: old\n"
               "    login:\n"
               "      any_of: [[tls-certificate, password]]\n"
               "      certificates:\n"
               "        - SHA256:" +
                   std::string(64, 'a') +
                   "\n        - CN=analyser-3, O=Biomed\n"
                   "      password: $6$salt$hash\n"
                   "  b:\n"
                   "    home: /b\n"
                   "    group: old\n"
                   "    login: {any_of: [password], password: $6$salt$hash}\n"
                   "    legacy:\n"
                   "      allow: [no-close-notify]\n"
                   "      until: 2028-02-29\n"
                   "      reason: L'automate de 2009\n");
    const Loaded loaded = site.load();
    BOOST_REQUIRE_MESSAGE(loaded.policy != nullptr, joined(site.said()));
    BOOST_TEST(loaded.problems.empty(), joined(site.said()));
    const Account& a = loaded.policy->accounts.at("a");
    BOOST_TEST(
        (a.ways == std::vector<std::set<Method>>{{Method::tls_certificate, Method::password}}));
    BOOST_REQUIRE(a.certificates.size() == 2u);
    BOOST_TEST(to_hex(a.certificates[0].fingerprint.value()) == std::string(64, 'a'));
    BOOST_TEST(a.certificates[0].rule.text() == "policy.d/a.yaml:13");
    BOOST_TEST(!a.certificates[1].fingerprint.has_value());
    BOOST_TEST(a.certificates[1].subject == "CN=analyser-3,O=Biomed");
    BOOST_TEST(a.certificates[1].rule.text() == "policy.d/a.yaml:14");
    using enum LegacyException;
    BOOST_REQUIRE(a.legacy.has_value());
    BOOST_TEST((a.legacy->allow == std::set{ssh_algorithms, old_tls}));
    BOOST_TEST((a.legacy->until == std::chrono::sys_days(std::chrono::year(2027) / 3 / 31)));
    BOOST_TEST(a.legacy->rule.text() == "policy.d/a.yaml:4");
    // The account's own stands instead of its group's, not beside it.
    const Account& b = loaded.policy->accounts.at("b");
    BOOST_REQUIRE(b.legacy.has_value());
    BOOST_TEST((b.legacy->allow == std::set{no_close_notify}));
    BOOST_TEST(b.legacy->reason == "L'automate de 2009");
    BOOST_TEST(b.legacy->rule.text() == "policy.d/a.yaml:21");
}

BOOST_AUTO_TEST_CASE(tells_every_mistake_of_every_file_at_once_in_order) {
    SiteFolder site;
    site.write("consign.yaml", "version: 2\nsit: x\n" + SiteFolder::sound_server().substr(11));
    site.write("policy.d/1.yaml", "version: 1\ngroups: {labs: {grant: []}}\n");
    site.write("policy.d/2.yaml", "version: 1\naccounts:\n" +
                                      SiteFolder::account("a", "    group: lasb\n    hme: x\n") +
                                      SiteFolder::account("a") + "routes: {}\n");
    const std::vector<std::string> expected{
        "consign.yaml:1:10: error: expected `1`, the only version of the policy language, found "
        "`2`",
        "consign.yaml:2:1: error: unknown key `sit`; did you mean `site`? (known here: version, "
        "site, "
        "data, policy, zone, residency, register, keys, listeners, limits, temporary_names, alert, "
        "clock_guard, scan, ledger, events, scrub, metrics, reload)",
        "policy.d/1.yaml:2:17: error: unknown key `grant`; did you mean `grants`? (known here: "
        "grants, "
        "quota, protocols, from, hours, filename_charset, claims, legacy)",
        "policy.d/2.yaml:7:12: error: no file defines the group `lasb`; did you mean `labs`?",
        "policy.d/2.yaml:8:5: error: unknown key `hme`; did you mean `home`? (known here: name, "
        "group, "
        "home, protocols, enabled, expires, login, from, hours, filename_charset, grants, quota, "
        "claims, legacy)",
        "policy.d/2.yaml:9:3: error: `a` stands here twice: first at line 3",
        "policy.d/2.yaml:13:9: error: expected a list, such as `[a, b]`, found a mapping"};
    BOOST_TEST(site.said() == expected, boost::test_tools::per_element());
    BOOST_TEST(site.load().policy == nullptr);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_hides_no_other_and_blames_no_name) {
    SiteFolder site;
    site.write("policy.d/1.yaml", "groups: [\n");
    site.write("policy.d/2.yaml", "version: 1\naccounts:\n" +
                                      SiteFolder::account("a", "    group: labs\n    hours: x\n"));
    const auto said = site.said();
    BOOST_REQUIRE(said.size() == 2u);
    BOOST_TEST(said[0].starts_with("policy.d/1.yaml:2:1: error: not YAML"));
    BOOST_TEST(said[1].starts_with("policy.d/2.yaml:8:12: error: expected days, a time"));
}

BOOST_AUTO_TEST_CASE(names_that_stand_in_two_files_are_told_with_the_first) {
    SiteFolder site;
    site.write(
        "policy.d/1.yaml",
        "version: 1\ngroups: {g: {}}\naccounts:\n" + SiteFolder::account("a") +
            "routes: [{name: r, when: {path: /**}, class: k, to: [{copy: \"{home}/{name}\"}]}]\n"
            "classes: {k: {keep: 1 day, legal_basis: l}}\n");
    site.write(
        "policy.d/2.yaml",
        "version: 1\ngroups: {g: {}}\naccounts:\n" + SiteFolder::account("a") +
            "routes: [{name: r, when: {path: /**}, class: k, to: [{copy: \"{home}/{name}\"}]}]\n"
            "classes: {k: {keep: 1 day}}\n");
    const std::vector<std::string> expected{
        "policy.d/2.yaml:2:10: error: the group `g` is there already, at policy.d/1.yaml:2",
        "policy.d/2.yaml:4:3: error: the account `a` is there already, at policy.d/1.yaml:4",
        "policy.d/2.yaml:8:10: error: the route `r` is there already, at policy.d/1.yaml:8",
        "policy.d/2.yaml:9:11: error: the class `k` is there already, at policy.d/1.yaml:9"};
    BOOST_TEST(site.said() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_mistake_behind_an_alias_is_told_once) {
    SiteFolder site;
    site.write("policy.d/a.yaml",
               "version: 1\ngroups:\n  g: &g {quota: {bytes: 5 GB}}\n  h: *g\n  i: *g\n");
    BOOST_TEST(site.load().problems.size() == 2u);  // and that there is no account
}

BOOST_AUTO_TEST_CASE(bounds_how_many_mistakes_it_tells) {
    SiteFolder site;
    std::string many = "version: 1\n";
    for (int index = 0; index < 1500; ++index) many += "k" + std::to_string(index) + ": 1\n";
    site.write("policy.d/a.yaml", many);
    const auto said = site.said();
    BOOST_TEST(said.size() == 1001u);
    BOOST_TEST(said.back() == "consign.yaml: error: 501 more problems are not shown");
    BOOST_TEST(site.load().policy == nullptr);
}

BOOST_AUTO_TEST_CASE(reads_its_own_files_and_nothing_else) {
    SiteFolder site;
    BOOST_TEST(site.said().at(0) ==
               "consign.yaml:4:9: error: the folder of `policy.d/*.yaml` cannot be read: "
               "No such file or directory");
    site.write("policy.d/.#a.yaml", "not: read");
    site.write("policy.d/a.yaml~", "not: read");
    site.write("policy.d/a.yaml", "version: 1\naccounts:\n" + SiteFolder::account("a"));
    BOOST_TEST(site.load().problems.empty());
    std::filesystem::create_directory(site.path("policy.d/b.yaml"));
    BOOST_TEST(site.said().at(0) == "policy.d/b.yaml: error: is not a regular file");
    const auto absent = load(site.path("nowhere.yaml"), some_day);
    BOOST_TEST(absent.policy == nullptr);
    BOOST_TEST(absent.problems.at(0).text() ==
               "nowhere.yaml: error: cannot be read: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_listed_to_its_end_never_goes_live) {
    SiteFolder site;
    site.write("policy.d/a.yaml", "version: 1\naccounts:\n" + SiteFolder::account("a"));
    site.write("policy.d/b.yaml", "version: 1\naccounts:\n" + SiteFolder::account("b"));
    // ".", ".." and the two files: then the end, which must not be taken for an error.
    for (int entries = 0; entries <= 4; ++entries) {
        const FailingReaddir broken(entries);
        const Loaded loaded = site.load();
        BOOST_TEST(loaded.policy == nullptr);
        BOOST_REQUIRE(loaded.problems.size() == 1u);
        BOOST_TEST(loaded.problems.front().text() ==
                   "consign.yaml:4:9: error: the folder of `policy.d/*.yaml` cannot be read: "
                   "Input/output error");
    }
    BOOST_TEST(site.load().policy != nullptr);
    std::filesystem::remove_all(site.path("policy.d"));
    site.write("policy.d", "not a folder");
    BOOST_TEST(site.said().at(0) ==
               "consign.yaml:4:9: error: the folder of `policy.d/*.yaml` cannot be read: "
               "Not a directory");
}

BOOST_AUTO_TEST_CASE(the_hash_follows_every_byte_that_was_read) {
    SiteFolder site;
    site.write("keys/a.pub", sample_key);
    const std::string head =
        "version: 1\naccounts:\n  a: {home: /a, grants: [{path: /**, may: [list]}], "
        "login: {any_of: [publickey], keys: [keys/a.pub]}}\n";
    site.write("policy.d/a.yaml", head);
    const auto first = site.load().policy->hash;
    BOOST_TEST((site.load().policy->hash == first));
    site.write("keys/a.pub", std::string(sample_key) + " more");
    const auto other_key = site.load().policy->hash;
    BOOST_TEST((other_key != first));
    site.write("policy.d/a.yaml", head + "# words\n");
    const auto other_words = site.load().policy->hash;
    BOOST_TEST((other_words != other_key));
    std::filesystem::rename(site.path("policy.d/a.yaml"), site.path("policy.d/b.yaml"));
    BOOST_TEST((site.load().policy->hash != other_words));
}

BOOST_AUTO_TEST_CASE(five_thousand_accounts_load_in_seconds) {
    SiteFolder site;
    for (int file = 0; file < 5; ++file) {
        std::string text = "version: 1\naccounts:\n";
        for (int index = 0; index < 1000; ++index) {
            std::string id = "lab-";
            id += std::to_string(file) + "-" + std::to_string(index);
            text += SiteFolder::account(id, "    group: labs\n");
        }
        if (file == 0) text += "groups: {labs: {quota: {bytes: 1 GiB}}}\n";
        site.write("policy.d/" + std::to_string(file) + ".yaml", text);
    }
    const auto begin = std::chrono::steady_clock::now();
    const Loaded loaded = site.load();
    const auto took = std::chrono::steady_clock::now() - begin;
    BOOST_REQUIRE(loaded.policy != nullptr);
    BOOST_TEST(loaded.policy->accounts.size() == 5000u);
    BOOST_TEST_MESSAGE("5,000 accounts: "
                       << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
                       << " ms");
    BOOST_TEST((took < std::chrono::seconds(20)));  // sanitizers and shared machines included
}

BOOST_AUTO_TEST_SUITE_END()
