// consign.yaml: the server itself.
#include <fmt/format.h>

#include <algorithm>

#include "policy/draft.hpp"
#include "policy/reader.hpp"
#include "policy/spelling.hpp"
#include "policy/zone.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t temporary_name_limit = 64;
constexpr std::size_t session_limit = 100'000;
constexpr std::chrono::seconds login_time_limit = std::chrono::minutes(10);
constexpr std::chrono::seconds idle_time_limit = std::chrono::days(7);
constexpr std::chrono::seconds unfinished_upload_limit = std::chrono::days(366);

bool is_credential_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." && std::ranges::all_of(name, [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
               (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
    });
}

/// Nothing of it is quoted: it may be the key itself.
void read_root_key(const Reader& in, const Node& node, const std::filesystem::path& folder,
                   KeyReference& reference) {
    constexpr std::string_view file = "file:";
    constexpr std::string_view credential = "credential:";
    const auto written = in.secret(node);
    if (!written) return;
    if (written->starts_with("pkcs11:")) {
        in.error(node.place,
                 "`pkcs11:` is part of the policy language, but is not available in this version: "
                 "use `file:PATH` or `credential:NAME`");
        return;
    }
    if (written->starts_with(file) && written->size() > file.size()) {
        reference = {KeyReference::Kind::file, absolute(folder, written->substr(file.size()))};
        return;
    }
    if (written->starts_with(credential) &&
        is_credential_name(written->substr(credential.size()))) {
        reference = {KeyReference::Kind::credential, written->substr(credential.size())};
        return;
    }
    in.error(
        node.place,
        "expected a reference to a key, `file:PATH` or `credential:NAME`, found something else "
        "(not shown here: a key never stands in this file)");
}

void read_limits(const Reader& in, const Node& node, Limits& limits) {
    in.mapping(node,
               {optional("sessions", in.count_into(limits.sessions, session_limit)),
                optional("sessions_per_account",
                         in.count_into(limits.sessions_per_account, session_limit)),
                optional("sessions_per_address",
                         in.count_into(limits.sessions_per_address, session_limit)),
                optional("login_time", in.duration_into(limits.login_time, login_time_limit)),
                optional("idle_time", in.duration_into(limits.idle_time, idle_time_limit)),
                optional("unfinished_uploads_kept", in.duration_into(limits.unfinished_uploads_kept,
                                                                     unfinished_upload_limit))});
}

void read_temporary_names(const Reader& in, const Node& node, std::vector<Glob>& names) {
    names.clear();
    in.items(node, temporary_name_limit, [&](const Node& item) {
        const auto written = in.text(item);
        if (!written) return;
        auto glob = Glob::name(*written);
        if (!glob) return in.error(item.place, glob.error());
        names.push_back(std::move(*glob));
    });
}

void read_zone(const Reader& in, const Node& node, std::string& zone) {
    const auto written = in.text(node);
    if (!written) return;
    if (is_zone(*written))
        zone = *written;
    else
        in.error(node.place, fmt::format("expected a time zone such as `Europe/Paris`, found {}{}",
                                         cited(*written), zone_suggestion(*written)));
}

}  // namespace

std::filesystem::path absolute(const std::filesystem::path& folder, const std::string& written) {
    return (folder / written).lexically_normal();
}

void read_server_file(const Reader& in, const Node& root, const std::filesystem::path& folder,
                      Draft& draft) {
    Policy& policy = draft.policy;
    for (const char* pattern : {"*.tmp", "*.part", "*.filepart"})
        policy.temporary_names.push_back(*Glob::name(pattern));
    const auto read_data = [&](const Node& node) {
        if (const auto written = in.text(node)) policy.data = absolute(folder, *written);
    };
    const auto read_keys = [&](const Node& node) {
        in.mapping(node, {required("root",
                                   [&](const Node& root_key) {
                                       read_root_key(in, root_key, folder, policy.root_key);
                                   }),
                          later("witness")});
    };
    const auto read_policy_files = [&](const Node& node) {
        draft.policy_files_place = node.place;
        draft.policy_files = in.text(node).value_or("");
    };
    in.mapping(
        root,
        {required("version", [&](const Node& node) { in.version(node); }),
         required("site", in.text_into(policy.site)), required("data", read_data),
         required("policy", read_policy_files),
         optional("zone", [&](const Node& node) { read_zone(in, node, policy.zone); }),
         required("keys", read_keys),
         required("listeners", [&](const Node& node) { read_listeners(in, node, folder, draft); }),
         optional("limits", [&](const Node& node) { read_limits(in, node, policy.limits); }),
         optional(
             "temporary_names",
             [&](const Node& node) { read_temporary_names(in, node, policy.temporary_names); }),
         later("residency"), later("ledger"), later("metrics")});
}

}  // namespace consign::policy
