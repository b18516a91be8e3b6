// `groups:` and `accounts:` of a file in policy.d: who may log in, and as what.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Entry;
using yaml::Node;

namespace {

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

AccountDraft read_account(const Reading& reading, const Entry& entry) {
    const Reader& in = reading.in;
    AccountDraft draft{.at = in.located(entry.place), .account = {}, .privileges = {}};
    Account& account = draft.account;
    account.id = entry.key;
    account.rule = in.rule(entry.place);
    const auto read_home = [&](const Node& node) {
        draft.home_place = node.place;
        auto home = in.path(node);
        draft.has_home = home.has_value();
        if (home) account.home = std::move(*home);
    };
    const auto read_expires = [&](const Node& node) {
        draft.expires_place = node.place;
        account.expires = in.date(node);
    };
    const auto read_ways = [&](const Node& node) { read_login(reading, node, draft); };
    const PrivilegeRows rows = privilege_rows(reading, draft.privileges);
    in.mapping(
        *entry.value,
        {optional("name", "The account's name, for people.", in.text_into(account.name)),
         optional("group", "Where what the account does not say itself comes from.",
                  use_into(reading, Use::Of::group, account.group)),
         required("home", "The account's /: nothing outside it exists for it.", read_home),
         rows.protocols,
         optional("enabled", "Whether it may log in at all.", in.boolean_into(account.enabled),
                  "true"),
         optional("expires", "Its last day, in the site's zone.", read_expires),
         required("login", "The ways to log in, and what each is checked against.", read_ways),
         rows.from, rows.hours, rows.filename_charset, rows.grants, rows.quota, rows.claims,
         rows.legacy},
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

void read_groups(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    in.named(node, [&](const Entry& entry) {
        GroupDraft group{.at = in.located(entry.place), .privileges = {}};
        const PrivilegeRows rows = privilege_rows(reading, group.privileges);
        in.mapping(*entry.value,
                   {rows.grants, rows.quota, rows.protocols, rows.from, rows.hours,
                    rows.filename_charset, rows.claims, rows.legacy},
                   entry.place);
        if (in.is_name(entry.key, entry.place))
            add_unique(in, reading.draft.groups, "group", entry, std::move(group));
    });
}

void read_accounts(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    in.named(node, [&](const Entry& entry) {
        AccountDraft account = read_account(reading, entry);
        if (!in.is_name(entry.key, entry.place)) return;
        if (is_reserved(entry.key))
            in.error(entry.place, fmt::format("the name {} is reserved", cited(entry.key)));
        add_unique(in, reading.draft.accounts, "account", entry, std::move(account));
    });
}

}  // namespace consign::policy
