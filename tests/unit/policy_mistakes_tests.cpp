// One mistake each, in a policy that is sound otherwise: where it is told, and in which words.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policies/mistake.hpp"

using namespace consign::policy;

namespace {

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysP"
#define LOGIN "login: {any_of: [publickey], keys: [" KEY "]}"
#define GRANTS "grants: [{path: /**, may: [list]}]"
#define SFTP "listeners: [{name: a, protocol: sftp, bind: \"[::]:1\", host_keys: [h], "
#define FTPS \
    "listeners: [{name: a, protocol: ftps, bind: \"[::]:1\", certificate: c, private_key: k, "
#define PORTS "expected ports such as `50000-50100`, from 1024 to 65535, found "

/// What is told of a site whose consign.yaml has this line instead of the one with the same key.
std::vector<std::string> said_of_server(std::string_view line) {
    std::string server = SiteFolder::sound_server();
    const std::string key(line.substr(0, line.find(':') + 1));
    const std::size_t start = server.find(key);
    if (start == std::string::npos)
        server += std::string(line) + "\n";
    else
        server.replace(start, server.find('\n', start) - start, line);
    SiteFolder site;
    site.write("consign.yaml", server);
    site.write("policy.d/a.yaml", "version: 1\naccounts:\n" + SiteFolder::account("a"));
    return site.said();
}

/// What is told of an account of policy.d with this protocol and way to log in, where a listener
/// asks for certificates.
std::vector<std::string> said_of_way(std::string_view protocol, std::string_view login) {
    SiteFolder site;
    std::string server = SiteFolder::sound_server();
    server.insert(server.rfind(']'),
                  ", {name: f, protocol: ftps, bind: \"[::]:1\", certificate: c, private_key: k, "
                  "client_ca: a}");
    site.write("consign.yaml", server);
    site.write("policy.d/p.yaml",
               "version: 1\naccounts:\n  a:\n    home: /a\n    " GRANTS "\n    protocols: [" +
                   std::string(protocol) + "]\n    login: " + std::string(login) + "\n");
    return site.said();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_mistakes)

const std::vector<Mistake> server_mistakes{
    {"site: [a]", "2:7: error: expected a text, found a list"},
    {"site:", "2:1: error: expected a text, found nothing"},
    {"site: ''", "2:7: error: expected a text, found an empty one"},
    {"site: \"a\\nb\"", "2:7: error: a control character, or a line break, in a text"},
    {"policy: policy.d/*.yml", "4:9: error: no file matches `policy.d/*.yml`"},
    {"policy: \"*/a.yaml\"", "4:9: error: only the last part of `policy` may be a pattern"},
    {"policy: \"*.yaml\"",
     "4:9: error: `*.yaml` matches this file too: give the policy files a folder of their own"},
    {"zone: Europe/Pari",
     "5:7: error: expected a time zone such as `Europe/Paris`, found `Europe/Pari`; did you mean "
     "`Europe/Paris`?"},
    {"keys: {}", "6:7: error: `root` is missing"},
    {"keys: {root: \"pkcs11:token=consign\"}",
     "6:14: error: `pkcs11:` is part of the policy language, but is not available in this version: "
     "use "
     "`file:PATH` or `credential:NAME`"},
    {"keys: {root: \"credential:../x\"}",
     "6:14: error: expected a reference to a secret, `file:PATH` or `credential:NAME`, found "
     "something else (not shown here: a secret never stands in this file)"},
    {"keys: {root: \"file:a\", witness: x}",
     "6:33: error: expected a reference to a secret, `file:PATH` or `credential:NAME`, found "
     "something else (not shown here: a secret never stands in this file)"},
    {"listeners: []", "7:12: error: expected at least one listener"},
    {"listeners: {a: b}", "7:12: error: expected a list, such as `[a, b]`, found a mapping"},
    {"listeners: [{name: a, protocol: stfp, bind: \"[::]:1\", host_keys: [h]}]",
     "7:33: error: expected one of sftp, ftps, found `stfp`; did you mean `sftp`?"},
    {"listeners: [{name: a, bind: \"[::]:1\", host_keys: [h], tls: implicit}]",
     "7:13: error: `protocol` is missing"},
    {"listeners: [{name: a, protocol: sftp, bind: \"*:1\", host_keys: [h]}]",
     "7:45: error: expected an address and a port such as `[::]:2022` or `127.0.0.1:2022`, found "
     "`*:1`"},
    {"listeners: [{name: a, protocol: sftp, bind: \"[::]:1\", host_keys: []}]",
     "7:66: error: expected at least one host key"},
    {"listeners: [{name: a, protocol: sftp, bind: \"[::]:1\"}]",
     "7:13: error: `host_keys` is missing"},
    {"listeners: [{name: a, protocol: sftp, bind: \"[::]:1\", host_keys: [h], tsl: x}]",
     "7:71: error: unknown key `tsl` (known here: name, protocol, bind, host_keys, algorithms)"},
    {"listeners: [{tls: x, name: a, protocol: sftp, bind: \"[::]:1\", host_keys: [h]}]",
     "7:14: error: `tls` belongs to an ftps listener"},
    {SFTP "certificate: c}]", "7:71: error: `certificate` belongs to an ftps listener"},
    {SFTP "private_key: k}]", "7:71: error: `private_key` belongs to an ftps listener"},
    {SFTP "client_ca: a}]", "7:71: error: `client_ca` belongs to an ftps listener"},
    {SFTP "passive: {}}]", "7:71: error: `passive` belongs to an ftps listener"},
    {SFTP "session_reuse: off}]", "7:71: error: `session_reuse` belongs to an ftps listener"},
    {FTPS "host_keys: [h]}]", "7:87: error: `host_keys` belongs to an sftp listener"},
    {FTPS "tsl: explicit}]",
     "7:87: error: unknown key `tsl`; did you mean `tls`? (known here: name, protocol, bind, "
     "algorithms, tls, certificate, private_key, client_ca, passive, session_reuse)"},
    {"listeners: [{name: a, protocol: ftps, bind: \"[::]:1\", private_key: k}]",
     "7:13: error: `certificate` is missing"},
    {"listeners: [{name: a, protocol: ftps, bind: \"[::]:1\", certificate: c}]",
     "7:13: error: `private_key` is missing"},
    {"listeners: [{name: a, protocol: ftps, bind: \"[::]:1\", certificate: [c], private_key: k}]",
     "7:68: error: expected a text, found a list"},
    {FTPS "tls: implizit}]",
     "7:92: error: expected one of explicit, implicit, found `implizit`; did you mean `implicit`?"},
    {FTPS "session_reuse: true}]",
     "7:102: error: expected one of require, prefer, off, found `true`"},
    {FTPS "client_ca: ''}]", "7:98: error: expected a text, found an empty one"},
    {FTPS "passive: 50000-50100}]",
     "7:96: error: expected a mapping of ports, address, found `50000-50100`"},
    {FTPS "passive: {port: 50000}}]",
     "7:97: error: unknown key `port`; did you mean `ports`? (known here: ports, address)"},
    {FTPS "passive: {ports: 1023}}]", "7:104: error: " PORTS "`1023`"},
    {FTPS "passive: {ports: 50000-65536}}]", "7:104: error: " PORTS "`50000-65536`"},
    {FTPS "passive: {ports: 50000-}}]", "7:104: error: " PORTS "`50000-`"},
    {FTPS "passive: {ports: -50000}}]", "7:104: error: " PORTS "`-50000`"},
    {FTPS "passive: {ports: 50000 - 50100}}]", "7:104: error: " PORTS "`50000 - 50100`"},
    {FTPS "passive: {ports: 1-2-3}}]", "7:104: error: " PORTS "`1-2-3`"},
    {FTPS "passive: {ports: [50000, 50100]}}]", "7:104: error: expected a text, found a list"},
    {FTPS "passive: {ports: 50100-50000}}]",
     "7:104: error: `50100-50000` ends before it begins; did you mean `50000-50100`?"},
    {FTPS "passive: {address: \"2001:db8::7\"}}]",
     "7:106: error: `2001:db8::7` is IPv6: EPSV, which clients use there, needs no address; write "
     "an IPv4 one, or none"},
    {FTPS "passive: {address: ftp.example}}]",
     "7:106: error: expected an IPv4 address such as `203.0.113.7`, found `ftp.example`"},
    {FTPS "passive: {address: 203.0.113.0/24}}]",
     "7:106: error: expected an IPv4 address such as `203.0.113.7`, found `203.0.113.0/24`"},
    {FTPS "passive: {address: 0.0.0.0}}]",
     "7:106: error: `0.0.0.0` is no address that a client can connect to"},
    {FTPS "passive: {address: 224.0.0.1}}]",
     "7:106: error: `224.0.0.1` is no address that a client can connect to"},
    {"listeners: [{name: a, protocol: sftp, bind: \"[::]:1\", host_keys: [h], algorithms: old}]",
     "7:83: error: expected one of modern, compatible, legacy, found `old`"},
    {"listeners: [{name: a, protocol: sftp, bind: \"[::]:1\", host_keys: [h], algorithms: legacy}]",
     "7:83: warning: a legacy listener lets in only accounts with a dated exception, and no "
     "account "
     "has one for `ssh-algorithms`: nobody can log in here"},
    {FTPS "algorithms: legacy}]",
     "7:99: warning: a legacy listener lets in only accounts with a dated exception, and no "
     "account "
     "has one for `old-tls`: nobody can log in here"},
    {"listeners: [{name: a, protocol: sftp, bind: \"[::]:1\", host_keys: [h]}, {name: b, protocol: "
     "sftp, bind: \"[::]:1\", host_keys: [h]}]",
     "7:72: error: the listener at line 7 has the same `bind`"},
    {"listeners: [{name: a, protocol: sftp, bind: \"[::]:0\", host_keys: [h]}, {name: a, protocol: "
     "sftp, bind: \"[::]:0\", host_keys: [h]}]",
     "7:72: error: the listener `a` is there already, at line 7"},
    {"listeners: [{name: a, protocol: ftps, bind: \"[::]:2121\", certificate: c, private_key: k, "
     "passive: {ports: 2000-2121}}]",
     "7:107: warning: port 2121 of these is the `bind` of the listener at line 7"},
    {"listeners: [{name: a, protocol: ftps, bind: \"127.0.0.1:2121\", certificate: c, "
     "private_key: k, passive: {ports: 3000}}, {name: b, protocol: sftp, bind: \"[::]:3000\", "
     "host_keys: [h]}]",
     "7:112: warning: port 3000 of these is the `bind` of the listener at line 7"},
    {"listeners: [{name: a, protocol: ftps, bind: \"[::]:1\", certificate: c, private_key: k, "
     "passive: {ports: 3000-3010}}, {name: b, protocol: ftps, bind: \"[::]:2\", certificate: c, "
     "private_key: k, passive: {ports: 3010-3020}}]",
     "7:208: warning: the listener at line 7 has some of these ports, too: each will find them "
     "taken by the other"},
    {"limits: {sessions: 0}", "8:20: error: expected a whole number from 1 to 100000, found `0`"},
    {"limits: {sessions: \"5\"}",
     "8:20: error: expected a whole number from 1 to 100000, found the text `5`: write it without "
     "quotes"},
    {"limits: {sessions: 1e3}",
     "8:20: error: expected a whole number from 1 to 100000, found `1e3`"},
    {"limits: {sessions: -1}", "8:20: error: expected a whole number from 1 to 100000, found `-1`"},
    {"limits: {session: 5}",
     "8:10: error: unknown key `session`; did you mean `sessions`? (known here: sessions, "
     "sessions_per_account, sessions_per_address, login_time, idle_time, unfinished_uploads_kept)"},
    {"limits: {login_time: 30s}",
     "8:22: error: unknown unit `s`; did you mean `seconds`? (known here: seconds minutes hours "
     "days "
     "weeks)"},
    {"limits: {login_time: 2 hours}",
     "8:22: error: expected 1 second to 600 seconds, found `2 hours`"},
    {"limits: {idle_time: 0 seconds}",
     "8:21: error: expected 1 second to 604800 seconds, found `0 seconds`"},
    {"temporary_names: \"*.tmp\"", "8:18: error: expected a list, such as `[a, b]`, found `*.tmp`"},
    {"temporary_names: [\"a/*.tmp\"]",
     "8:19: error: `a/*.tmp` is matched against the name alone: no `/`"},
    {"residency: [EEA]", "8:12: error: expected a text, found a list"},
    {"ledger: {keep: always}", "8:16: error: "},
    {"ledger: {checkpoint_every: 2 days}",
     "8:28: error: expected 1 second to 86400 seconds, found `2 days`"},
    {"ledger: {timestamps: tsa.example}",
     "8:22: error: expected a URL such as `https://host.example/path`"},
    {"ledger: {timestamp_every: 32 days}",
     "8:27: error: expected 1 second to 2678400 seconds, found `32 days`"},
    {"ledger: {checkpoints_to: file}",
     "8:26: error: expected one of journald, syslog, found `file`"},
    {"ledger: {timestamps: \"https://tsa.example/\"}",
     "8:9: warning: no checkpoint is made without `keys.witness`"},
    {"ledger: {checkpoints_to: syslog}",
     "8:9: warning: no checkpoint is made without `keys.witness`"},
    {"metrics: {}", "8:10: error: `bind` is missing"},
    {"metrics: {bind: 9464}",
     "8:17: error: expected an address and a port such as `[::]:2022` or `127.0.0.1:2022`, found "
     "`9464`"},
    {"reload: always", "8:9: error: expected one of on_request, on_change, found `always`"},
};
BOOST_DATA_TEST_CASE(in_consign_yaml, boost::unit_test::data::make(server_mistakes)) {
    auto said = said_of_server(sample.yaml);
    std::erase_if(said, is_beside_the_point);
    BOOST_REQUIRE_MESSAGE(said.size() == 1u, joined(said));
    BOOST_TEST(said.front().starts_with(std::string("consign.yaml:") + sample.said), said.front());
}

BOOST_AUTO_TEST_CASE(what_must_be_there_is_missed) {
    SiteFolder site;
    site.write("consign.yaml", "version: 1\n");
    const std::vector<std::string> expected{"consign.yaml:1:1: error: `data` is missing",
                                            "consign.yaml:1:1: error: `keys` is missing",
                                            "consign.yaml:1:1: error: `listeners` is missing",
                                            "consign.yaml:1:1: error: `policy` is missing",
                                            "consign.yaml:1:1: error: `site` is missing"};
    BOOST_TEST(site.said() == expected, boost::test_tools::per_element());
}

const std::vector<Mistake> account_mistakes{
    {"accounts: {a: {" LOGIN ", " GRANTS "}}", "2:12: error: `home` is missing"},
    {"accounts: {a: {home: /a, " GRANTS "}}", "2:12: error: `login` is missing"},
    {"accounts: {a: x}",
     "2:15: error: expected a mapping of name, group, home, protocols, enabled, expires, login, "
     "from, hours, filename_charset, grants, quota, claims, legacy, found `x`"},
    {"accounts: {Lab: {home: /a, " LOGIN ", " GRANTS "}}",
     "2:12: error: the name `Lab`: expected small letters, digits, `.`, `_` and `-`, a letter or "
     "digit "
     "first, 64 at most"},
    {"accounts: {admin-eva: {home: /a, " LOGIN ", " GRANTS "}}",
     "2:12: error: the name `admin-eva` is reserved"},
    {"accounts: {system: {home: /a, " LOGIN ", " GRANTS "}}",
     "2:12: error: the name `system` is reserved"},
    {"accounts: {a: {home: a, " LOGIN ", " GRANTS "}}",
     "2:22: error: expected an absolute, normal path, found `a`: write `/a`"},
    {"accounts: {a: {home: /a/../b/, " LOGIN ", " GRANTS "}}",
     "2:22: error: expected an absolute, normal path, found `/a/../b/`: write `/b`"},
    {"accounts: {a: {home: /a, enabled: yes, " LOGIN ", " GRANTS "}}",
     "2:35: error: expected `true` or `false`, found `yes`: write `true`"},
    {"accounts: {a: {home: /a, enabled: Off, " LOGIN ", " GRANTS "}}",
     "2:35: error: expected `true` or `false`, found `Off`: write `false`"},
    {"accounts: {a: {home: /a, enabled: \"true\", " LOGIN ", " GRANTS "}}",
     "2:35: error: expected `true` or `false`, found the text `true`: write `true`"},
    {"accounts: {a: {home: /a, enabled: maybe, " LOGIN ", " GRANTS "}}",
     "2:35: error: expected `true` or `false`, found `maybe`"},
    {"accounts: {a: {home: /a, expires: 2027-02-29, " LOGIN ", " GRANTS "}}",
     "2:35: error: expected a date such as `2027-12-31`, found `2027-02-29`"},
    {"accounts: {a: {home: /a, expires: 31/12/2027, " LOGIN ", " GRANTS "}}",
     "2:35: error: expected a date such as `2027-12-31`, found `31/12/2027`"},
    {"accounts: {a: {home: /a, protocols: [sftp, ftp], " LOGIN ", " GRANTS "}}",
     "2:44: error: expected one of sftp, ftps, found `ftp`; did you mean `sftp`?"},
    {"accounts: {a: {home: /a, protocols: [], " LOGIN ", " GRANTS "}}",
     "2:37: error: an empty list would let nobody in: use `enabled: false`"},
    {"accounts: {a: {home: /a, from: [], " LOGIN ", " GRANTS "}}",
     "2:32: error: an empty list would let nobody in: leave `from` out to allow any address"},
    {"accounts: {a: {home: /a, from: [10.1.0.0/8], " LOGIN ", " GRANTS "}}",
     "2:33: error: `10.1.0.0/8` has bits beyond its prefix; did you mean `10.0.0.0/8`?"},
    {"accounts: {a: {home: /a, quota: {bytes: 50 GB}, " LOGIN ", " GRANTS "}}",
     "2:41: error: unknown unit `GB`; did you mean `GiB`? (known here: B KiB MiB GiB TiB)"},
    {"accounts: {a: {home: /a, quota: {upload_rate: 5 MiB/s}, " LOGIN ", " GRANTS "}}", ""},
    {"accounts: {a: {home: /a, quota: {upload_rate: 5 MiB}, " LOGIN ", " GRANTS "}}",
     "2:47: error: expected a rate such as `20 MiB/s`, found `5 MiB`"},
    {"accounts: {a: {home: /a, quota: {download_rate: 5 MB/s}, " LOGIN ", " GRANTS "}}",
     "2:49: error: unknown unit `MB`; did you mean `MiB`? (known here: B KiB MiB GiB TiB)"},
    {"accounts: {a: {home: /a, quota: {upload_rate: 0 B/s}, " LOGIN ", " GRANTS "}}",
     "2:47: error: a rate of nothing would never end: leave it out"},
    {"accounts: {a: {home: /a, quota: {sessions: 0}, " LOGIN ", " GRANTS "}}",
     "2:44: error: expected a whole number from 1 to 100000, found `0`"},
    {"accounts: {a: {home: /a, hours: x, " LOGIN ", " GRANTS "}}",
     "2:33: error: expected days, a time and perhaps a zone, such as `Mon-Sat 22:00-04:00 "
     "Europe/Paris`, found `x`"},
    {"accounts: {a: {home: /a, hours: [], " LOGIN ", " GRANTS "}}",
     "2:33: error: an empty list names no time: leave the key out"},
    {"accounts: {a: {home: /a, hours: Mon 06:00, " LOGIN ", " GRANTS "}}",
     "2:33: error: `Mon 06:00` has no end: write a window such as `Mon-Sat 05:00-22:00`"},
    {"accounts: {a: {home: /a, claims: X, " LOGIN ", " GRANTS "}}",
     "2:34: error: expected a list, such as `[a, b]`, found `X`"},
    {"accounts: {a: {home: /a, filename_charset: latin1, " LOGIN ", " GRANTS "}}",
     "2:44: error: expected one of utf-8, iso-8859-1, iso-8859-15, windows-1252, found `latin1`"},
    {"accounts: {a: {home: /a, legacy: {until: 2027-03-31, reason: r}, " LOGIN ", " GRANTS "}}",
     "2:34: error: `allow` is missing"},
    {"accounts: {a: {home: /a, legacy: {allow: [old-tls], reason: r}, " LOGIN ", " GRANTS "}}",
     "2:34: error: `until` is missing"},
    {"accounts: {a: {home: /a, legacy: {allow: [old-tls], until: 2027-03-31}, " LOGIN ", " GRANTS
     "}}",
     "2:34: error: `reason` is missing"},
    {"accounts: {a: {home: /a, legacy: {allow: [], until: 2027-03-31, reason: r}, " LOGIN
     ", " GRANTS "}}",
     "2:42: error: expected at least one exception"},
    {"accounts: {a: {home: /a, legacy: {allow: [old-ssl], until: 2027-03-31, reason: r}, " LOGIN
     ", " GRANTS "}}",
     "2:43: error: expected one of ssh-algorithms, old-tls, no-close-notify, found `old-ssl`; did "
     "you mean `old-tls`?"},
    {"accounts: {a: {home: /a, legacy: {allow: old-tls, until: 2027-03-31, reason: r}, " LOGIN
     ", " GRANTS "}}",
     "2:42: error: expected a list, such as `[a, b]`, found `old-tls`"},
    {"accounts: {a: {home: /a, legacy: {allow: [old-tls], until: never, reason: r}, " LOGIN
     ", " GRANTS "}}",
     "2:60: error: expected a date such as `2027-12-31`, found `never`"},
    {"accounts: {a: {home: /a, legacy: {allow: [old-tls], until: 2027-03-31, reason: ''}, " LOGIN
     ", " GRANTS "}}",
     "2:80: error: expected a text, found an empty one"},
    {"accounts: {a: {home: /a, legacy: true, " LOGIN ", " GRANTS "}}",
     "2:34: error: expected a mapping of allow, until, reason, found `true`"},
    {"accounts: {a: {home: /a, group: nowhere, " LOGIN ", " GRANTS "}}",
     "2:33: error: no file defines the group `nowhere`"},
    {"accounts: {a: {home: /a, " LOGIN ", grants: [{path: in, may: []}]}}",
     "2:162: error: `in` does not start with `/`"},
    {"accounts: {a: {home: /a, " LOGIN ", grants: [{path: /in, may: [raed]}]}}",
     "2:173: error: expected one of list, download, upload, overwrite, append, rename, delete, "
     "mkdir, "
     "found `raed`"},
    {"accounts: {a: {home: /a, " LOGIN ", grants: [{path: /in, may: [lsit]}]}}",
     "2:173: error: expected one of list, download, upload, overwrite, append, rename, delete, "
     "mkdir, "
     "found `lsit`; did you mean `list`?"},
    {"accounts: {a: {home: /a, " LOGIN ", grants: [{path: /in, may: upload}]}}",
     "2:172: error: expected a list, such as `[a, b]`, found `upload`"},
    {"accounts: {a: {home: /a, " LOGIN ", grants: [{path: /in}]}}",
     "2:155: error: `may` is missing"},
};
BOOST_DATA_TEST_CASE(in_an_account, boost::unit_test::data::make(account_mistakes)) {
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

const std::vector<Mistake> login_mistakes{
    {"{}", "error: `any_of` or `all_of` is missing"},
    {"x",
     "error: expected a mapping of any_of, all_of, keys, certificates, password, totp, found "
     "something else"},
    {"{any_of: []}", "error: no way to log in: name a method"},
    {"{any_of: [[]]}", "error: an empty way would let anybody in: name its methods"},
    {"{any_of: [publickey], all_of: [publickey], keys: [" KEY "]}",
     "error: `any_of` and `all_of` exclude each other"},
    {"{any_of: [publickey]}", "error: `publickey` is a way in, but the account has no `keys`"},
    {"{any_of: [password]}", "error: `password` is a way in, but the account has no `password`"},
    {"{any_of: [public-key], keys: [" KEY "]}",
     "error: expected one of publickey, tls-certificate, password, totp, ssh-certificate, found "
     "`public-key`; did you mean `publickey`?"},
    {"{any_of: [totp], totp: \"file:x\"}",
     "error: `totp` is never alone: whoever finds the device would be in"},
    {"{any_of: [publickey, [totp]], keys: [" KEY "], totp: \"file:x\"}",
     "error: `totp` is never alone: whoever finds the device would be in"},
    {"{any_of: [[publickey, totp]], keys: [" KEY "]}",
     "error: `totp` is a way in, but the account has no `totp`"},
    {"{any_of: [ssh-certificate]}",
     "6:12: warning: the account cannot log in: ftps carries tls-certificate and password, sftp "
     "carries publickey and password, and no way in has these alone"},
    {"{all_of: [publickey, totp], keys: [" KEY "], totp: Tr0ub4dor}",
     "(not shown here: a secret never stands in this file)"},
    {"{all_of: [publickey, totp], keys: [" KEY "], totp: \"pkcs11:x\"}",
     "use `file:PATH` or `credential:NAME`"},
    {"{all_of: publickey, keys: [" KEY "]}",
     "error: expected a list, such as `[a, b]`, found `publickey`"},
    {"{any_of: [tls-certificate]}",
     "error: `tls-certificate` is a way in, but the account has no `certificates`"},
    {"{any_of: [tls-certificate], certificates: []}",
     "error: `tls-certificate` is a way in, but the account has no `certificates`"},
    {"{any_of: [password, tls-certificate], certificates: [CN=a], password: $6$salt$hash}",
     "6:32: warning: no listener has a `client_ca`, so no client is asked for its certificate"},
    {"{all_of: [publickey, tls-certificate], keys: [" KEY "], certificates: [CN=a]}",
     "6:12: warning: the account cannot log in: ftps carries tls-certificate and password, sftp "
     "carries publickey and password, and no way in has these alone"},
    {"{any_of: [publickey], keys: [" KEY "], certificates: [CN=a]}",
     "warning: these certificates are never used: no way in names `tls-certificate`"},
    {"{any_of: [tls-certificate], certificates: [\"SHA256:abc\"]}",
     "6:55: error: not a SHA-256 fingerprint: expected `SHA256:` and the 64 digits that `openssl "
     "x509 -in client.pem -noout -fingerprint -sha256` prints"},
    {"{any_of: [tls-certificate], certificates: [tls/client.pem]}",
     "6:55: error: neither a fingerprint nor a subject: expected `SHA256:` and the 64 digits that "
     "`openssl x509 -in client.pem -noout -fingerprint -sha256` prints, or what `openssl x509 -in "
     "client.pem -noout -subject -nameopt RFC2253` prints after `subject=`, such as "
     "`CN=analyser-3,O=Biomed`"},
    {"{all_of: [publickey, publickey], keys: [" KEY "]}",
     "error: this way names `publickey` twice"},
    {"{any_of: [publickey], keys: [" KEY "], totp: \"file:x\"}",
     "warning: this secret is never used: no way in names `totp`"},
    {"{any_of: [publickey], keys: [nowhere.pub]}",
     "error: the key file `nowhere.pub` cannot be read: No such file or directory"},
    {"{any_of: [publickey], keys: [empty.pub]}", "error: the key file `empty.pub` holds no key"},
    {"{any_of: [publickey], keys: [bad.pub]}",
     "error: the key file `bad.pub`, line 2: the key's data is not of the type that the line names "
     "(ssh-ed25519)"},
    {"{any_of: [publickey], keys: [policy.d]}",
     "error: the key file `policy.d` is not a regular file"},
    {"{any_of: [publickey], keys: [ssh-dss AAAA]}",
     "error: a DSA key: at 1024 bits it is too weak, and is not accepted"},
    {"{any_of: [password], password: hunter2}",
     "error: expected the hash of a password, found something else (not shown here: it may be the "
     "password itself): write what `consign hash-password` prints"},
    {"{any_of: [password], password: [a]}", "error: expected a text, found a list"},
    {"{any_of: [password], password: $1$salt$hash}",
     "error: an MD5 hash is too weak: set the password anew with `consign hash-password`"},
};
BOOST_DATA_TEST_CASE(in_a_login, boost::unit_test::data::make(login_mistakes)) {
    auto said = said_of_policy("accounts:\n  a:\n    home: /a\n    " GRANTS "\n    login: " +
                               std::string(sample.yaml) + "\n");
    std::erase_if(said, is_beside_the_point);
    BOOST_REQUIRE_MESSAGE(said.size() == 1u, joined(said));
    BOOST_TEST(said.front().starts_with("policy.d/p.yaml:6:"), said.front());
    BOOST_TEST(said.front().ends_with(sample.said), said.front());
}

struct Way {
    const char* protocol;
    const char* login;
    const char* said;  // after the place of `login`; empty: nothing
};
std::ostream& operator<<(std::ostream& out, const Way& sample) {
    return out << sample.protocol << " " << sample.login;
}
#define BOTH "keys: [" KEY "], certificates: [CN=a]}"
const std::vector<Way> ways{
    {"sftp", "{any_of: [tls-certificate], certificates: [CN=a]}",
     "the account cannot log in: sftp carries publickey and password, and no way in has these "
     "alone"},
    {"ftps", "{any_of: [publickey], keys: [" KEY "]}",
     "the account cannot log in: ftps carries tls-certificate and password, and no way in has "
     "these alone"},
    {"ftps", "{any_of: [tls-certificate], certificates: [CN=a]}", ""},
    {"sftp, ftps", "{any_of: [tls-certificate], certificates: [CN=a]}", ""},
    {"sftp", "{any_of: [publickey, tls-certificate], " BOTH, ""},
    {"ftps", "{any_of: [publickey, tls-certificate], " BOTH, ""},
};
BOOST_DATA_TEST_CASE(a_way_in_that_no_protocol_carries_is_told,
                     boost::unit_test::data::make(ways)) {
    const auto said = said_of_way(sample.protocol, sample.login);
    if (*sample.said == '\0') {
        BOOST_TEST(said.empty());
        return;
    }
    BOOST_REQUIRE(said.size() == 1u);
    BOOST_TEST(said.front() == std::string("policy.d/p.yaml:7:12: warning: ") + sample.said);
}

struct Exception {
    const char* protocol;   // of the legacy listener
    const char* protocols;  // of the account
    const char* allow;
    bool suffices;
};
std::ostream& operator<<(std::ostream& out, const Exception& sample) {
    return out << sample.protocol << " " << sample.protocols << " " << sample.allow;
}
const std::vector<Exception> exceptions{
    {"sftp", "sftp, ftps", "ssh-algorithms", true},
    {"sftp", "sftp, ftps", "old-tls, no-close-notify", false},
    {"sftp", "ftps", "ssh-algorithms", false},
    {"ftps", "ftps", "no-close-notify, old-tls", true},
    {"ftps", "ftps", "ssh-algorithms", false},
    {"ftps", "sftp", "old-tls", false},
};
BOOST_DATA_TEST_CASE(a_legacy_listener_that_lets_nobody_in_is_told,
                     boost::unit_test::data::make(exceptions)) {
    SiteFolder site;
    std::string server = SiteFolder::sound_server();
    server.erase(server.find("listeners"));
    server += std::string_view(sample.protocol) == "sftp" ? SFTP : FTPS;
    site.write("consign.yaml", server + "algorithms: legacy}]\n");
    site.write("policy.d/a.yaml",
               "version: 1\ngroups:\n  old:\n    legacy: {allow: [" + std::string(sample.allow) +
                   "], until: 2027-03-31, reason: r}\n    protocols: [" +
                   std::string(sample.protocols) +
                   "]\naccounts:\n  a:\n    home: /a\n    group: old\n    "
                   "login: {any_of: [password], password: $6$salt$hash}\n    " GRANTS "\n");
    auto said = site.said();
    std::erase_if(said, is_beside_the_point);
    BOOST_TEST(said.size() == (sample.suffices ? 0u : 1u));
    if (!said.empty()) BOOST_TEST(said.front().ends_with("nobody can log in here"));
}

BOOST_AUTO_TEST_SUITE_END()
