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

#include "policy/policy.hpp"
#include "policy/problem.hpp"
#include "policy/yaml.hpp"

namespace consign::policy {

class Reader;

/// What an account may have of its own, or from its group. Absent: the files do not say.
struct Privileges {
    std::optional<std::set<std::string>> protocols;
    std::optional<std::vector<Network>> from;
    std::optional<std::vector<Grant>> grants;
    std::optional<Quota> quota;
    std::optional<Legacy> legacy;
};

struct Located {
    std::string file;
    Place place;
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
    std::optional<std::string> group;
    Place group_place;
    Place home_place;
    bool has_home = false;  // one that is sound
    // Of a login that is sound in itself; else absent.
    std::optional<Place> login_place;
    std::optional<Place> certificate_way_place;  // where a way first names `tls-certificate`
};

struct RouteDraft {
    Located at;
    Route route;
    Place account_place;
    std::vector<Place> copy_places;
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
};

/// The content of a file that the policy names, or why it cannot be had.
using ReadNamedFile = std::function<std::expected<std::string, std::string>(const std::string&)>;

[[nodiscard]] std::filesystem::path absolute(const std::filesystem::path& folder,
                                             const std::string& written);

/// consign.yaml. Paths in it become absolute by way of `folder`.
void read_server_file(const Reader& in, const yaml::Node& root, const std::filesystem::path& folder,
                      Draft& draft);
void read_listeners(const Reader& in, const yaml::Node& node, const std::filesystem::path& folder,
                    Draft& draft);

/// A file of policy.d.
void read_policy_file(const Reader& in, const yaml::Node& root, const ReadNamedFile& read_file,
                      Draft& draft);
void read_groups(const Reader& in, const yaml::Node& node, Draft& draft);
void read_accounts(const Reader& in, const yaml::Node& node, const ReadNamedFile& read_file,
                   Draft& draft);
/// `login:` of an account.
void read_login(const Reader& in, const yaml::Node& node, const ReadNamedFile& read_file,
                AccountDraft& draft);
void read_routes(const Reader& in, const yaml::Node& node, Draft& draft);

/// What no file can tell alone. Afterwards the draft's policy is whole, where there are no errors.
/// `all_files_read`: names that are defined nowhere are mistakes.
void check(Draft& draft, bool all_files_read, Problems& problems);

}  // namespace consign::policy
