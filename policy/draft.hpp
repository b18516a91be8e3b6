// A policy while it is read: what the files say, each with its place, before it is checked as one.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/language/problem.hpp"
#include "policy/language/yaml.hpp"
#include "policy/policy.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

/// What an account may have of its own, or from its group. Absent: the files do not say.
struct Privileges {
    std::optional<std::set<std::string>> protocols;
    std::optional<std::vector<Network>> from;
    std::optional<std::vector<Hours>> hours;
    std::optional<FilenameCharset> filename_charset;
    std::optional<std::vector<Grant>> grants;
    std::optional<Quota> quota;
    std::optional<Claims> claims;
    std::optional<Legacy> legacy;
    Place legacy_until_place{};
};

struct ListenerDraft {
    Located at;
    Listener listener;
    Place algorithms_place;
    Place passive_ports_place;
};

struct GroupDraft {
    Located at;
    Privileges privileges;
};

struct AccountDraft {
    Located at;
    Account account;
    Privileges privileges;
    Place home_place{};
    Place expires_place{};
    bool has_home = false;  // one that is sound
    // Of a login that is sound in itself; else absent.
    std::optional<Place> login_place{};
    std::optional<Place> certificate_way_place{};  // where a way first names `tls-certificate`
};

struct RouteDraft {
    Located at;
    Route route;
    bool is_sound = true;       // no mistake was told of it
    bool ignores_case = false;  // its conditions
    Place path_place{}, name_place{};
    std::vector<Place> action_places{};  // of each of `to`, in order
    Place acknowledge_place{};
};

struct ClassDraft {
    Located at;
    Class retention_class;
    Place shorten_place{};
};

struct TargetDraft {
    Located at;
    Target target;
    Place residency_place{};
};

struct PullDraft {
    Located at;
    Pull pull;
    Place into_place{};
};

struct PickupDraft {
    Located at;
    Pickup pickup;
    Place path_place{};
    Place downloads_place{};
};

struct DepositDraft {
    Located at;
    ExpectedDeposit deposit;
    Place path_place{};
};

/// A name that one rule gives, and another uses.
struct Use {
    enum class Of : std::uint8_t { account, group, retention_class, target, alert } of;
    std::string name;
    Located at;
};

struct Draft {
    Policy policy;             // what consign.yaml says
    std::string server_file;   // consign.yaml's name
    std::string policy_files;  // the pattern
    Place policy_files_place;
    std::vector<ListenerDraft> listeners;
    std::map<std::string, GroupDraft, std::less<>> groups;
    std::map<std::string, AccountDraft, std::less<>> accounts;
    std::vector<RouteDraft> routes;
    std::map<std::string, ClassDraft, std::less<>> classes;
    std::map<std::string, TargetDraft, std::less<>> targets;
    std::vector<PullDraft> pulls;
    std::vector<PickupDraft> pickups;
    std::vector<DepositDraft> deposits;
    std::map<std::string, Rule, std::less<>> alerts;
    std::vector<Use> uses;
    /// Where the name of a route, pull, pickup or expected deposit stands first.
    std::map<std::string, Rule, std::less<>> route_names, pull_names, pickup_names, deposit_names;
};

/// The content of a file that the policy names, or why it cannot be had.
using ReadNamedFile = std::function<std::expected<std::string, std::string>(const std::string&)>;

/// What the readings of a file of policy.d share.
struct Reading {
    const Reader& in;
    const std::filesystem::path& folder;  // consign.yaml's, absolute
    const ReadNamedFile& read_file;
    Draft& draft;
};

[[nodiscard]] std::filesystem::path absolute(const std::filesystem::path& folder,
                                             const std::string& written);

/// A secret that stands elsewhere. Nothing of what is written is quoted: it may be the secret.
[[nodiscard]] std::optional<KeyReference> read_reference(const Reader& in, const yaml::Node& node,
                                                         const std::filesystem::path& folder);
/// Windows, one or a list, each of which has an end; `default_zone` for those that name none.
[[nodiscard]] std::vector<Window> read_windows(const Reader& in, const yaml::Node& node,
                                               const std::string& default_zone);
/// Windows and instants, likewise.
[[nodiscard]] Schedule read_schedule(const Reader& in, const yaml::Node& node,
                                     const std::string& default_zone);

/// consign.yaml. Paths in it become absolute by way of `folder`.
void read_server_file(const Reader& in, const yaml::Node& root, const std::filesystem::path& folder,
                      Draft& draft);
void read_listeners(const Reader& in, const yaml::Node& node, const std::filesystem::path& folder,
                    Draft& draft);

/// `scan:`, of the site or of a route.
void read_scan(const Reader& in, const yaml::Node& node, std::optional<Scanner>& scan);

/// A file of policy.d, after consign.yaml: that says the zone.
void read_policy_file(const Reading& reading, const yaml::Node& root);
void read_groups(const Reading& reading, const yaml::Node& node);
void read_accounts(const Reading& reading, const yaml::Node& node);
/// `login:` of an account.
void read_login(const Reading& reading, const yaml::Node& node, AccountDraft& draft);
void read_routes(const Reading& reading, const yaml::Node& node);
/// `when:` of a route.
void read_conditions(const Reading& reading, const yaml::Node& node, RouteDraft& draft);
/// `to:` of a route.
void read_actions(const Reading& reading, const yaml::Node& node, RouteDraft& draft);
void read_classes(const Reading& reading, const yaml::Node& node);
void read_targets(const Reading& reading, const yaml::Node& node);
void read_pulls(const Reading& reading, const yaml::Node& node);
void read_pickups(const Reading& reading, const yaml::Node& node);
void read_deposits(const Reading& reading, const yaml::Node& node);
void read_alerts(const Reading& reading, const yaml::Node& node);
/// `alert:` of a rule.
[[nodiscard]] ReadNode alert_names_into(const Reading& reading, std::vector<std::string>& names);
/// The name of something else that the policy defines; it must be defined somewhere.
[[nodiscard]] ReadNode use_into(const Reading& reading, Use::Of of, std::string& name);

/// The rows that a group and an account share, as a mapping's table needs them.
struct PrivilegeRows {
    Key protocols, from, hours, filename_charset, grants, quota, claims, legacy;
};
[[nodiscard]] PrivilegeRows privilege_rows(const Reading& reading, Privileges& privileges);

/// Tells a second one of a name that must be there once; else remembers it.
[[nodiscard]] bool is_first(const Reader& in, std::map<std::string, Rule, std::less<>>& names,
                            std::string_view kind, const std::string& name, Place at);

}  // namespace consign::policy
