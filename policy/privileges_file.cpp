// What a group may say for its accounts, and an account for itself: grants, addresses, hours,
// quota.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policy/draft.hpp"
#include "policy/glob_cover.hpp"
#include "policy/language/spelling.hpp"
#include "policy/network.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t grant_limit = 256;
constexpr std::size_t network_limit = 256;
constexpr std::size_t facility_limit = 256;
constexpr std::uint64_t file_count_limit = 1'000'000'000;
constexpr std::size_t session_limit = 100'000;

constexpr std::array<std::string_view, 8> verb_names{"list",   "download", "upload", "overwrite",
                                                     "append", "rename",   "delete", "mkdir"};
constexpr std::array<std::string_view, 2> protocol_names{"sftp", "ftps"};
constexpr std::array<std::string_view, 4> charset_names{"utf-8", "iso-8859-1", "iso-8859-15",
                                                        "windows-1252"};
constexpr std::array<std::string_view, 3> exception_names{"ssh-algorithms", "old-tls",
                                                          "no-close-notify"};

/// An earlier `**` that takes all below what a later one names leaves it nothing.
void warn_of_shadow(const Reader& in, Place at, const std::vector<Grant>& earlier,
                    const Grant& grant) {
    if (grant.path.text().empty()) return;
    const auto shadow = std::ranges::find_if(
        earlier, [&](const Grant& other) { return covers(other.path, grant.path); });
    if (shadow != earlier.end())
        in.warning(at, fmt::format("this grant can never decide: the one at line {} ({}) matches "
                                   "first",
                                   shadow->rule.line, cited(shadow->path.text())));
}

std::vector<Grant> read_grants(const Reader& in, const Node& node) {
    std::vector<Grant> grants;
    in.items(node, grant_limit, [&](const Node& item) {
        Grant grant{.path = {}, .may = {}, .rule = in.rule(item.place)};
        const auto parse_path = [](std::string_view text) { return Glob::path(text); };
        const auto read_verb = [&](const Node& verb) {
            if (const auto index = in.choice(verb, verb_names))
                grant.may.insert(static_cast<Verb>(*index));
        };
        in.mapping(
            item,
            {required("path", "A pattern of paths, relative to the home.",
                      in.parsed_into(grant.path, text_form::path_glob, parse_path)),
             required("may", "What is allowed there; nothing else is.",
                      [&](const Node& verbs) { in.items(verbs, verb_names.size(), read_verb); })});
        warn_of_shadow(in, item.place, grants, grant);
        grants.push_back(std::move(grant));
    });
    return grants;
}

std::vector<Network> read_networks(const Reader& in, const Node& node) {
    std::vector<Network> networks;
    const auto read = [&](const Node& item) {
        if (const auto network = in.parsed(item, text_form::network, parse_network))
            networks.push_back({*network, in.rule(item.place)});
    };
    in.items(node, network_limit, read,
             "an empty list would let nobody in: leave `from` out to allow any address");
    return networks;
}

std::set<std::string> read_protocols(const Reader& in, const Node& node) {
    std::set<std::string> protocols;
    const auto read = [&](const Node& item) {
        if (const auto index = in.choice(item, protocol_names))
            protocols.emplace(protocol_names[*index]);
    };
    in.items(node, protocol_names.size(), read,
             "an empty list would let nobody in: use `enabled: false`");
    return protocols;
}

std::vector<Hours> read_hours(const Reading& reading, const Node& node) {
    std::vector<Hours> hours;
    for (Window& window : read_windows(reading.in, node, reading.draft.policy.zone))
        hours.push_back({std::move(window), reading.in.rule(node.place)});
    return hours;
}

Quota read_quota(const Reader& in, const Node& node) {
    Quota quota;
    quota.rule = in.rule(node.place);
    const auto read_files = [&](const Node& files) {
        quota.files = in.count(files, 0, file_count_limit);
    };
    const auto read_sessions = [&](const Node& sessions) {
        if (const auto most = in.count(sessions, 1, session_limit)) quota.sessions = *most;
    };
    in.mapping(
        node,
        {optional("bytes", "The most that all its files may hold.", in.size_into(quota.bytes)),
         optional("files", "The most files that it may have.", read_files),
         optional("file", "The largest that one file may be.", in.size_into(quota.file)),
         optional("upload_rate", "Bytes a second that all its sessions together may send.",
                  in.rate_into(quota.upload_rate)),
         optional("download_rate", "Bytes a second that all its sessions together may fetch.",
                  in.rate_into(quota.download_rate)),
         optional("sessions", "Sessions at once, instead of limits.sessions_per_account.",
                  read_sessions)});
    // Elsewhere 0 is often "no limit".
    for (const auto& [key, limit] :
         {std::pair("bytes", quota.bytes), std::pair("files", quota.files),
          std::pair("file", quota.file)})
        if (limit == 0U)
            in.warning(node.value_of(key)->place,
                       fmt::format(
                           "with 0 nothing can be deposited; without `{}` there is no limit", key));
    return quota;
}

Claims read_claims(const Reader& in, const Node& node) {
    Claims claims{.facilities = {}, .rule = in.rule(node.place)};
    in.items(node, facility_limit, [&](const Node& item) {
        if (auto facility = in.text(item)) claims.facilities.insert(std::move(*facility));
    });
    return claims;
}

Legacy read_legacy(const Reader& in, const Node& node, Place& until_place) {
    Legacy legacy;
    legacy.rule = in.rule(node.place);
    const auto read_exception = [&](const Node& item) {
        if (const auto index = in.choice(item, exception_names))
            legacy.allow.insert(static_cast<LegacyException>(*index));
    };
    const auto read_until = [&](const Node& until) {
        until_place = until.place;
        legacy.until = in.date(until).value_or(legacy.until);
    };
    in.mapping(node, {required("allow", "What is allowed that else is not.",
                               [&](const Node& allow) {
                                   in.items(allow, exception_names.size(), read_exception,
                                            "expected at least one exception");
                               }),
                      required("until", "The last day, in the site's zone.", read_until),
                      required("reason", "Why, for people.", in.text_into(legacy.reason))});
    return legacy;
}

}  // namespace

PrivilegeRows privilege_rows(const Reading& reading, Privileges& privileges) {
    const Reader& in = reading.in;
    return {
        .protocols = optional(
            "protocols", "Through which it may log in.",
            [&](const Node& node) { privileges.protocols = read_protocols(in, node); },
            R"(["sftp", "ftps"])"),
        .from = optional("from", "Addresses and networks from which it may log in.",
                         [&](const Node& node) { privileges.from = read_networks(in, node); }),
        .hours = optional(
            "hours", "Windows in which it may log in, such as `Mon-Sat 05:00-22:00 Europe/Paris`.",
            [&](const Node& node) { privileges.hours = read_hours(reading, node); }),
        .filename_charset = optional(
            "filename_charset", "The charset in which the client writes names.",
            [&](const Node& node) {
                in.choice_into(privileges.filename_charset.emplace(), charset_names)(node);
            },
            "utf-8"),
        .grants = optional("grants",
                           "What it may do where, in order: the first whose path matches decides.",
                           [&](const Node& node) { privileges.grants = read_grants(in, node); }),
        .quota = optional("quota", "How much it may have, and how fast.",
                          [&](const Node& node) { privileges.quota = read_quota(in, node); }),
        .claims = optional("claims",
                           "The sending facilities that it may name in a message; not checked "
                           "where there are none.",
                           [&](const Node& node) { privileges.claims = read_claims(in, node); }),
        .legacy = optional(
            "legacy", "What an old client may do until it is replaced.", [&](const Node& node) {
                privileges.legacy = read_legacy(in, node, privileges.legacy_until_place);
            })};
}

}  // namespace consign::policy
