// `groups:` and `accounts:` of a file in policy.d: who may log in, how, and what they may do.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policy/draft.hpp"
#include "policy/network.hpp"
#include "policy/reader.hpp"
#include "policy/spelling.hpp"

namespace consign::policy {

using yaml::Entry;
using yaml::Node;

namespace {

constexpr std::size_t grant_limit = 256;
constexpr std::size_t network_limit = 256;
constexpr std::uint64_t file_count_limit = 1'000'000'000;

constexpr std::array<std::string_view, 8> verb_names{"list",   "download", "upload", "overwrite",
                                                     "append", "rename",   "delete", "mkdir"};
constexpr std::array<std::string_view, 2> protocol_names{"sftp", "ftps"};
constexpr std::array<std::string_view, 3> exception_names{"ssh-algorithms", "old-tls",
                                                          "no-close-notify"};

std::vector<Grant> read_grants(const Reader& in, const Node& node) {
    std::vector<Grant> grants;
    in.items(node, grant_limit, [&](const Node& item) {
        Grant grant{.path = {}, .may = {}, .rule = in.rule(item.place)};
        const auto read_path = [&](const Node& path) {
            const auto written = in.text(path);
            if (!written) return;
            auto glob = Glob::path(*written);
            if (!glob) return in.error(path.place, glob.error());
            grant.path = std::move(*glob);
        };
        const auto read_verbs = [&](const Node& verbs) {
            in.items(verbs, verb_names.size(), [&](const Node& verb) {
                if (const auto index = in.choice(verb, verb_names))
                    grant.may.insert(static_cast<Verb>(*index));
            });
        };
        in.mapping(item, {required("path", read_path), required("may", read_verbs)});
        // An earlier `**` that takes all below what this one names leaves it nothing.
        const auto parts = grant.path.literal_parts();
        const auto shadow = std::ranges::find_if(grants, [&](const Grant& earlier) {
            return earlier.path.text() == grant.path.text() ||
                   (!grant.path.is_literal() && !parts.empty() &&
                    std::ranges::all_of(parts, [&](const VirtualPath& part) {
                        return earlier.path.covers_below(part);
                    }));
        });
        if (shadow != grants.end() && !grant.path.text().empty())
            in.warning(item.place, fmt::format("this grant can never decide: the one at line {} "
                                               "({}) matches first",
                                               shadow->rule.line, cited(shadow->path.text())));
        grants.push_back(std::move(grant));
    });
    return grants;
}

std::vector<Network> read_networks(const Reader& in, const Node& node) {
    std::vector<Network> networks;
    if (node.kind == Node::Kind::sequence && node.items.empty())
        in.error(node.place,
                 "an empty list would let nobody in: leave `from` out to allow any address");
    in.items(node, network_limit, [&](const Node& item) {
        const auto written = in.text(item);
        if (!written) return;
        const auto network = parse_network(*written);
        if (!network) return in.error(item.place, network.error());
        networks.push_back({*network, in.rule(item.place)});
    });
    return networks;
}

std::set<std::string> read_protocols(const Reader& in, const Node& node) {
    std::set<std::string> protocols;
    if (node.kind == Node::Kind::sequence && node.items.empty())
        in.error(node.place, "an empty list would let nobody in: use `enabled: false`");
    in.items(node, protocol_names.size(), [&](const Node& item) {
        if (const auto index = in.choice(item, protocol_names))
            protocols.emplace(protocol_names[*index]);
    });
    return protocols;
}

Quota read_quota(const Reader& in, const Node& node) {
    Quota quota;
    quota.rule = in.rule(node.place);
    in.mapping(
        node,
        {optional("bytes", in.size_into(quota.bytes)),
         optional("files",
                  [&](const Node& files) { quota.files = in.count(files, 0, file_count_limit); }),
         optional("file", in.size_into(quota.file)), later("upload_rate"), later("download_rate")});
    return quota;
}

Legacy read_legacy(const Reader& in, const Node& node) {
    Legacy legacy;
    legacy.rule = in.rule(node.place);
    const auto read_allow = [&](const Node& allow) {
        if (allow.kind == Node::Kind::sequence && allow.items.empty())
            in.error(allow.place, "expected at least one exception");
        in.items(allow, exception_names.size(), [&](const Node& item) {
            if (const auto index = in.choice(item, exception_names))
                legacy.allow.insert(static_cast<LegacyException>(*index));
        });
    };
    const auto read_until = [&](const Node& until) {
        legacy.until = in.date(until).value_or(legacy.until);
    };
    in.mapping(node, {required("allow", read_allow), required("until", read_until),
                      required("reason", in.text_into(legacy.reason))});
    return legacy;
}

/// The rows that a group and an account share.
Key protocols_row(const Reader& in, Privileges& privileges) {
    return optional("protocols",
                    [&](const Node& node) { privileges.protocols = read_protocols(in, node); });
}
Key from_row(const Reader& in, Privileges& privileges) {
    return optional("from", [&](const Node& node) { privileges.from = read_networks(in, node); });
}
Key grants_row(const Reader& in, Privileges& privileges) {
    return optional("grants", [&](const Node& node) { privileges.grants = read_grants(in, node); });
}
Key quota_row(const Reader& in, Privileges& privileges) {
    return optional("quota", [&](const Node& node) { privileges.quota = read_quota(in, node); });
}
Key legacy_row(const Reader& in, Privileges& privileges) {
    return optional("legacy", [&](const Node& node) { privileges.legacy = read_legacy(in, node); });
}

/// `system` and `admin`, alone or before a separator, name the daemon and its administrators in the
/// ledger.
bool is_reserved(std::string_view id) {
    return std::ranges::any_of(
        std::array<std::string_view, 2>{"system", "admin"}, [&](std::string_view word) {
            if (!id.starts_with(word)) return false;
            const std::string_view rest = id.substr(word.size());
            return rest.empty() || std::string_view(".-_").contains(rest.front());
        });
}

AccountDraft read_account(const Reader& in, const Entry& entry, const ReadNamedFile& read_file) {
    AccountDraft draft;
    draft.at = {in.file(), entry.place};
    Account& account = draft.account;
    account.id = entry.key;
    account.rule = in.rule(entry.place);
    const auto read_group = [&](const Node& node) {
        draft.group = in.text(node);
        draft.group_place = node.place;
    };
    const auto read_home = [&](const Node& node) {
        draft.home_place = node.place;
        auto home = in.path(node);
        draft.has_home = home.has_value();
        if (home) account.home = std::move(*home);
    };
    const auto read_enabled = [&](const Node& node) {
        account.enabled = in.boolean(node).value_or(true);
    };
    in.mapping(
        *entry.value,
        {optional("name", in.text_into(account.name)), optional("group", read_group),
         required("home", read_home), protocols_row(in, draft.privileges),
         optional("enabled", read_enabled),
         optional("expires", [&](const Node& node) { account.expires = in.date(node); }),
         required("login", [&](const Node& node) { read_login(in, node, read_file, draft); }),
         from_row(in, draft.privileges), grants_row(in, draft.privileges),
         quota_row(in, draft.privileges), legacy_row(in, draft.privileges), later("hours"),
         later("claims")},
        entry.place);
    return draft;
}

/// Keeps the first of two that have the same name.
template <class Drafts, class Value>
void add_unique(const Reader& in, Drafts& drafts, std::string_view kind, const Entry& entry,
                Value draft) {
    const auto [first, is_new] = drafts.try_emplace(entry.key, std::move(draft));
    if (is_new) return;
    const Located& at = first->second.at;
    in.error(entry.place, fmt::format("the {} {} is there already, at {}:{}", kind,
                                      cited(entry.key), at.file, at.place.line));
}

}  // namespace

void read_groups(const Reader& in, const Node& node, Draft& draft) {
    in.named(node, [&](const Entry& entry) {
        GroupDraft group{.at = {in.file(), entry.place}, .privileges = {}};
        in.mapping(*entry.value,
                   {grants_row(in, group.privileges), quota_row(in, group.privileges),
                    protocols_row(in, group.privileges), from_row(in, group.privileges),
                    legacy_row(in, group.privileges), later("hours"), later("login")},
                   entry.place);
        if (in.is_name(entry.key, entry.place))
            add_unique(in, draft.groups, "group", entry, std::move(group));
    });
}

void read_accounts(const Reader& in, const Node& node, const ReadNamedFile& read_file,
                   Draft& draft) {
    in.named(node, [&](const Entry& entry) {
        AccountDraft account = read_account(in, entry, read_file);
        if (!in.is_name(entry.key, entry.place)) return;
        if (is_reserved(entry.key))
            in.error(entry.place, fmt::format("the name {} is reserved", cited(entry.key)));
        add_unique(in, draft.accounts, "account", entry, std::move(account));
    });
}

}  // namespace consign::policy
