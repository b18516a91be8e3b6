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

enum class Method : std::uint8_t { publickey, tls_certificate, password };
[[nodiscard]] std::string_view name_of(Method method);
/// Those that a protocol can carry; none where there is no such protocol.
[[nodiscard]] const std::set<Method>& methods_over(std::string_view protocol);

struct PublicKey {
    std::string algorithm;    // "ssh-ed25519"
    Bytes blob;               // RFC 4253 section 6.6
    std::string fingerprint;  // "SHA256:..."
    Rule rule;
};

/// Of a client that the listener's `client_ca` vouches for. One of the two is there.
struct ClientCertificate {
    std::optional<Digest32> fingerprint;  // SHA-256 of the certificate in DER
    std::string subject;                  // RFC 2253, as parse_client_certificate() writes it
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

/// What a legacy client may do that nobody else may.
enum class LegacyException : std::uint8_t { ssh_algorithms, old_tls, no_close_notify };
[[nodiscard]] std::string_view name_of(LegacyException exception);
/// The one that an account needs on a legacy listener of a protocol.
[[nodiscard]] LegacyException legacy_exception_over(std::string_view protocol);

struct Legacy {
    std::set<LegacyException> allow;
    std::chrono::sys_days until{};  // the last day, in the site's zone
    std::string reason;             // for people
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
    std::vector<ClientCertificate> certificates;
    std::string password_hash;  // argon2id or crypt(3); empty: none
    std::vector<Network> from;  // empty: from anywhere
    std::optional<Legacy> legacy;
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
/// When TLS begins: at AUTH TLS (RFC 4217), or with the first byte.
enum class Tls : std::uint8_t { explicit_, implicit };
/// Must a data connection resume the TLS session of its control connection?
enum class SessionReuse : std::uint8_t { require, prefer, off };

/// Where data connections are awaited.
struct Passive {
    std::uint16_t first_port = 0, last_port = 0;  // 0: any that the system has free
    /// What PASV tells the client; where absent, the address that the client reached.
    std::optional<boost::asio::ip::address_v4> address;
};

/// All paths are absolute.
struct Listener {
    std::string name;
    std::string protocol;  // "sftp", "ftps"
    boost::asio::ip::address address;
    std::uint16_t port = 0;
    Algorithms algorithms = Algorithms::modern;
    // Of sftp alone.
    std::vector<std::filesystem::path> host_keys;
    // Of ftps alone.
    Tls tls = Tls::explicit_;
    std::filesystem::path certificate, private_key;
    std::optional<std::filesystem::path>
        client_ca;  // where there is one, certificates are asked for
    Passive passive;
    SessionReuse session_reuse = SessionReuse::prefer;
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
