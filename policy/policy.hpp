// The policy: what consign.yaml and policy.d/ say, checked whole, as immutable values. The language
// is docs/policy.md's. Knows nothing of storage; does no I/O but reading its own files
// (policy/load.hpp).
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/virtual_path.hpp"
#include "policy/copy_template.hpp"
#include "policy/glob.hpp"
#include "policy/network.hpp"

namespace consign::policy {

/// Where a rule stands: "policy.d/20-accounts.yaml:12". What it says is what the ledger, the error
/// message and `consign explain` say.
struct Rule {
    std::string file;  // relative to consign.yaml
    int line = 0;
    [[nodiscard]] std::string text() const;  // FILE:LINE; empty where there is none
};

enum class Verb : std::uint8_t { list, download, upload, overwrite, append, rename, remove, mkdir };
[[nodiscard]] std::string_view name_of(Verb verb);  // remove is "delete" in the language
using Verbs = std::set<Verb>;

struct Grant {
    Glob path;  // relative to the home
    Verbs may;
    Rule rule;
};

enum class Method : std::uint8_t { publickey, password };
[[nodiscard]] std::string_view name_of(Method method);

struct PublicKey {
    std::string algorithm;    // "ssh-ed25519"
    Bytes blob;               // RFC 4253 section 6.6
    std::string fingerprint;  // "SHA256:..."
    Rule rule;
};

struct Network {  // of `from`
    AnyNetwork network;
    Rule rule;
};

struct Quota {
    std::optional<std::uint64_t> bytes, files, file;  // file: the size of one
    Rule rule;
};

struct Account {
    std::string id;    // "lab-biomed"
    std::string name;  // for people
    VirtualPath home;
    std::set<std::string> protocols;  // "sftp", "ftps"; both where the file names none
    bool enabled = true;
    std::optional<std::chrono::sys_days> expires;  // the last day, in the site's zone
    std::vector<std::set<Method>> ways;            // any_of; each way: all of its methods
    std::vector<PublicKey> keys;
    std::string password_hash;  // argon2id or crypt(3); empty: none
    std::vector<Network> from;  // empty: from anywhere
    std::vector<Grant> grants;
    Quota quota;
    Rule rule;
};

struct Copy {
    CopyTemplate target;  // over the whole tree: /partners/x/out/{date}/{name}
    Rule rule;
};

struct Route {
    std::string name;
    std::optional<Glob> path;       // of the whole tree
    std::optional<Glob> file_name;  // of the last segment
    std::optional<std::string> account;
    bool ignore_case = false;
    std::vector<Copy> copies;
    Rule rule;
};

enum class Algorithms : std::uint8_t { modern, compatible, legacy };

struct Listener {
    std::string name;
    std::string protocol;  // "sftp"
    boost::asio::ip::address address;
    std::uint16_t port = 0;
    std::vector<std::filesystem::path> host_keys;
    Algorithms algorithms = Algorithms::modern;
    Rule rule;
};

struct Limits {
    std::size_t sessions = 4000;
    std::size_t sessions_per_account = 16;
    std::size_t sessions_per_address = 64;
    std::chrono::seconds login_time{30};
    std::chrono::seconds idle_time{15 * 60};
    std::chrono::seconds unfinished_uploads_kept{24 * 3600};
};

struct KeyReference {  // file:PATH or credential:NAME
    enum class Kind : std::uint8_t { file, credential } kind = Kind::file;
    std::string value;  // a path relative to consign.yaml is already made absolute
};

struct Policy {
    std::string site;
    std::filesystem::path data;
    std::string zone = "UTC";
    KeyReference root_key;
    std::vector<Listener> listeners;
    Limits limits;
    std::vector<Glob> temporary_names;
    std::map<std::string, Account, std::less<>> accounts;
    std::vector<Route> routes;
    Digest32 hash{};  // SHA-256 over all files read: names and contents
};

}  // namespace consign::policy
