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
#include <variant>
#include <vector>

#include "base/algorithm_profile.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/virtual_path.hpp"
#include "policy/calendar/schedule.hpp"
#include "policy/calendar/span.hpp"
#include "policy/content/content.hpp"
#include "policy/content/ending.hpp"
#include "policy/content/field_pattern.hpp"
#include "policy/glob.hpp"
#include "policy/network.hpp"
#include "policy/path_template.hpp"
#include "policy/pattern.hpp"
#include "policy/route_index.hpp"

namespace consign::policy {

/// Where a rule stands: "policy.d/20-accounts.yaml:12". What it says is what the ledger, the error
/// message and `consign explain` say.
struct Rule {
    std::string file;  // relative to consign.yaml
    int line = 0;
    [[nodiscard]] std::string text() const;  // FILE:LINE; empty where there is none
    bool operator==(const Rule&) const = default;
};

enum class Verb : std::uint8_t { list, download, upload, overwrite, append, rename, remove, mkdir };
[[nodiscard]] std::string_view name_of(Verb verb);  // remove is "delete" in the language
using Verbs = std::set<Verb>;

struct Grant {
    Glob path;  // relative to the home
    Verbs may;
    Rule rule;
};

enum class Method : std::uint8_t { publickey, tls_certificate, password, totp, ssh_certificate };
[[nodiscard]] std::string_view name_of(Method method);
/// Those that a protocol can carry; none where there is no such protocol. totp and ssh_certificate
/// are of the language, and carried by none yet.
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
    std::optional<std::uint64_t> bytes, files, file;          // file: the size of one
    std::optional<std::uint64_t> upload_rate, download_rate;  // bytes a second, of all its sessions
    std::optional<std::size_t> sessions;  // at once; instead of limits.sessions_per_account
    Rule rule;
};

struct Hours {  // when an account may log in
    Window window;
    Rule rule;
};

/// The charset in which a client writes names, where it is not UTF-8.
enum class FilenameCharset : std::uint8_t { utf_8, iso_8859_1, iso_8859_15, windows_1252 };
[[nodiscard]] std::string_view name_of(FilenameCharset charset);

/// Sending facilities that an account may name in what it deposits.
struct Claims {
    std::set<std::string, std::less<>> facilities;
    Rule rule;
};

/// A secret that stands elsewhere.
struct KeyReference {  // file:PATH, credential:NAME
    enum class Kind : std::uint8_t { file, credential } kind = Kind::file;
    std::string value;  // a path relative to consign.yaml is already made absolute
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
    std::string group;
    VirtualPath home;
    std::set<std::string> protocols;  // "sftp", "ftps"; both where the file names none
    bool enabled = true;
    std::optional<std::chrono::sys_days> expires;  // the last day, in the site's zone
    std::vector<std::set<Method>> ways;            // any_of; each way: all of its methods
    std::vector<PublicKey> keys;
    std::vector<ClientCertificate> certificates;
    std::string password_hash;  // argon2id or crypt(3); empty: none
    std::optional<KeyReference> totp;
    std::vector<Network> from;  // empty: from anywhere
    std::vector<Hours> hours;   // empty: at any time
    FilenameCharset filename_charset = FilenameCharset::utf_8;
    std::optional<Claims> claims;  // absent: not checked
    std::optional<Legacy> legacy;
    std::vector<Grant> grants;
    Quota quota;
    Rule rule;
};

/// A condition on what the file says of itself: one of the values.
struct FieldCondition {
    content::FieldName field;
    std::vector<content::FieldPattern> any_of;
    Rule rule;
};

/// All that is there must hold.
struct Conditions {
    std::optional<Glob> path;           // of the whole tree
    std::optional<Glob> file_name;      // of the last segment
    std::optional<Pattern> path_regex;  // of the whole path; its captures go into templates
    bool ignore_case = false;           // of the globs and the regex
    std::vector<std::string> accounts;  // empty: any
    std::vector<std::string> groups;    // empty: any
    std::optional<std::uint64_t> at_least_bytes, at_most_bytes;
    Schedule time;                           // empty: at any time
    std::vector<content::Format> formats;    // empty: any
    std::vector<content::Packing> packings;  // empty: any
    std::vector<FieldCondition> fields;
};

/// A file beside the deposit that says that it is complete.
enum class Sidecar : std::uint8_t {
    ok_file,       // NAME.ok, of any content
    checksum_file  // NAME.sha256, NAME.md5, ...: it must tell the right digest
};
[[nodiscard]] std::string_view name_of(Sidecar sidecar);

/// Whom a file is about, where the route says by which fields; else as the format has it.
struct SubjectFields {
    std::optional<content::FieldName> id, authority, born, died;
    Rule rule;
};

struct Copy {
    PathTemplate target;  // over the whole tree: /partners/x/out/{date}/{name}
    Rule rule;
};
/// The deposit's own name ends.
struct Move {
    PathTemplate target;
    Rule rule;
};
struct Deliver {
    std::string target;  // of Policy::targets
    PathTemplate path;   // over there
    Rule rule;
};
/// Away from everyone, until an administrator decides.
struct Quarantine {
    std::string reason;  // for people
    Rule rule;
};
/// A word that the file's events carry.
struct Tag {
    std::string tag;
    Rule rule;
};
using Action = std::variant<Copy, Move, Deliver, Quarantine, Tag>;
[[nodiscard]] std::string_view name_of(const Action& action);
[[nodiscard]] const Rule& rule_of(const Action& action);

/// A file that tells the depositor that its deposit was taken.
struct Acknowledge {
    PathTemplate target;
    Rule rule;
};

/// What happens where a name is taken.
enum class OnClash : std::uint8_t { number, fail };

/// The virus scanner: ClamAV's clamd.
struct Scanner {
    std::string socket{};  // absolute path of its local socket; empty: by address and port
    boost::asio::ip::address address{};
    std::uint16_t port = 0;
    std::string text{};  // as the file names it
    Rule rule{};
};

struct Route {
    std::string name;
    Conditions when;
    std::vector<content::Ending> endings;  // complete_when
    std::vector<Sidecar> sidecars;         // complete_when
    std::optional<SubjectFields> subject;
    std::string retention_class;  // of Policy::classes; empty: none
    std::vector<Action> to;
    OnClash on_clash = OnClash::number;
    std::optional<Acknowledge> acknowledge;
    std::optional<Scanner> scan;     // of what it takes; Policy::scan comes first
    std::vector<std::string> alert;  // of Policy::alerts
    Rule rule;
};

enum class CountedFrom : std::uint8_t { deposit, last_pickup, last_activity };
[[nodiscard]] std::string_view name_of(CountedFrom counted_from);

/// How long content is kept, and why: a line of the register of processing (RGPD art. 30).
struct Class {
    std::string name;
    std::string purpose{}, legal_basis{}, recipients{};  // for people
    std::string persons{}, data{};                       // categories of, for people
    Span keep{};
    CountedFrom counted_from = CountedFrom::deposit;
    std::optional<Span> minor_until{}, after_death{}, shorten_after_pickup{};
    Rule rule{};
};

/// Where the policy delivers to, and pulls from.
struct Target {
    std::string name;
    std::string scheme;  // "sftp", "ftps", "file"
    std::string user, host;
    std::uint16_t port = 0;
    std::string folder;  // of a `file:` target: absolute; else what stands after the host
    std::optional<KeyReference> identity;  // a private key
    std::optional<KeyReference> password;
    std::string host_key;                     // "SHA256:...": of an sftp target
    std::optional<std::filesystem::path> ca;  // of an ftps target; the system's where absent
    std::string residency;                    // "EEA"
    std::size_t connections = 1;
    std::optional<std::uint64_t> rate;  // bytes a second
    Schedule at;                        // empty: at once
    Rule rule;
};

struct Pull {
    std::string name;
    std::string target;
    std::string from_folder;  // over there
    VirtualPath into;         // of the whole tree
    Schedule at;
    bool deletes = false;  // at the far end, once it is here
    Rule rule;
};

/// What becomes of a file once it was collected.
enum class AfterPickup : std::uint8_t { keep, hide, archive, erase };
[[nodiscard]] std::string_view name_of(AfterPickup then);

/// What a partner is expected to collect, and when.
struct Pickup {
    std::string name;
    std::string account;
    Glob path;        // relative to its home
    Schedule window;  // empty: at any time
    std::optional<Deadline> expect;
    std::optional<std::uint64_t> downloads;  // complete ones
    AfterPickup then = AfterPickup::keep;
    std::vector<std::string> alert;
    Rule rule;
};

/// What a lab is expected to bring, and when.
struct ExpectedDeposit {
    std::string name;
    std::string account;
    Glob path;  // relative to its home
    Deadline expect;
    std::uint64_t at_least = 1;  // files
    std::vector<std::string> alert;
    Rule rule;
};

struct AlertChannel {
    enum class Kind : std::uint8_t { exec, webhook, mail } kind = Kind::exec;
    std::string to;     // a program's absolute path, a URL, an address
    std::string relay;  // of mail: smtp:// or smtps://
    std::optional<std::filesystem::path>
        ca{};  // of a webhook or a relay; the system's where absent
    Rule rule;
};

/// Where each event of the ledger is written as well, without personal fields.
enum class EventLog : std::uint8_t { none, journald, syslog };

/// The whole store is read again and again.
struct ScrubTerms {
    std::uint64_t rate = std::uint64_t{16} << 20;  // bytes a second
    std::chrono::seconds every{7 * 24 * 3600};     // from the start of a pass to the next
};

/// Of the ledger itself.
struct LedgerTerms {
    std::chrono::seconds checkpoint_every{5 * 60};
    std::optional<Span> keep;  // sessions, logins, refusals; absent: for ever
    std::string timestamps;    // of an RFC 3161 authority; empty: none
    std::chrono::seconds timestamp_every{60 * 60};
    EventLog checkpoints_to = EventLog::none;
};

/// Who answers for the processing, in the words of the register (RGPD art. 30). Empty: not said.
struct Controller {
    std::string name, contact, representative, dpo;
};

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
    AlgorithmProfile algorithms = AlgorithmProfile::modern;
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

struct Policy {
    std::string site;
    std::filesystem::path data;
    std::string zone = "UTC";
    std::string residency;
    Controller controller;
    KeyReference root_key;
    std::optional<KeyReference> witness_key;
    std::vector<Listener> listeners;
    Limits limits;
    std::vector<Glob> temporary_names;
    std::map<std::string, Account, std::less<>> accounts;
    std::vector<Route> routes;
    RouteIndex route_index;  // of `routes`; where it knows none, they are all looked at
    std::map<std::string, Class, std::less<>> classes;
    std::map<std::string, Target, std::less<>> targets;
    std::vector<Pull> pulls;
    std::vector<Pickup> pickups;
    std::vector<ExpectedDeposit> deposits;
    std::map<std::string, std::vector<AlertChannel>, std::less<>> alerts;
    std::vector<std::string> alert;  // of `alerts`: told of what concerns the site itself
    /// So far past what was last seen the clock is believed; beyond, nothing is destroyed.
    std::chrono::seconds clock_guard{7 * 24 * 3600};
    std::optional<Scanner> scan;  // of each deposit, before any route
    LedgerTerms ledger;
    EventLog event_log = EventLog::none;
    std::optional<ScrubTerms> scrub;  // absent: only when it is asked for
    std::string metrics_address;      // "127.0.0.1:9464"; empty: none
    bool reload_on_change = false;
    Digest32 hash{};   // SHA-256 over all files read: names and contents
    Digest32 terms{};  // over all that the terms of content follow from: terms_digest()
};

}  // namespace consign::policy
