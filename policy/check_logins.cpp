// Can an account be logged in to at all, and is it asked for what it needs?
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "policy/check.hpp"

namespace consign::policy {

namespace {

std::vector<std::string_view> method_names(const std::set<Method>& methods) {
    std::vector<std::string_view> names;
    for (const Method method : methods) names.push_back(name_of(method));
    return names;
}

bool carries_a_way(std::string_view protocol, const Account& account) {
    return std::ranges::any_of(account.ways, [&](const std::set<Method>& way) {
        return std::ranges::includes(methods_over(protocol), way);
    });
}

/// What the listeners offer, worked out once for all accounts.
struct Offer {
    std::set<std::string, std::less<>> spoken;      // protocols
    std::set<std::string, std::less<>> not_legacy;  // those that a listener speaks for everybody
    bool asks_for_certificates = false;
    bool is_sound = true;  // no listener is without its protocol
};

Offer offer_of(const Draft& draft) {
    Offer offer;
    offer.is_sound = !draft.listeners.empty();
    for (const ListenerDraft& one : draft.listeners) {
        const Listener& listener = one.listener;
        if (listener.protocol.empty()) offer.is_sound = false;
        offer.spoken.insert(listener.protocol);
        if (listener.algorithms != AlgorithmProfile::legacy)
            offer.not_legacy.insert(listener.protocol);
        if (listener.client_ca) offer.asks_for_certificates = true;
    }
    return offer;
}

/// Why nobody can log in to an account that has a way which a protocol carries; empty: somebody
/// can.
std::string no_listener_for(const Account& account, const Offer& offer) {
    bool is_spoken = false;
    for (const std::string& protocol : account.protocols) {
        if (!carries_a_way(protocol, account) || !offer.spoken.contains(protocol)) continue;
        is_spoken = true;
        const bool has_exception =
            account.legacy && account.legacy->allow.contains(legacy_exception_over(protocol));
        if (offer.not_legacy.contains(protocol) || has_exception) return {};
    }
    if (!is_spoken) return "no listener speaks a protocol that carries a way in";
    return "the only listeners for it are legacy ones, and it has no exception for them";
}

std::string no_way_over(const std::set<std::string>& protocols) {
    std::string carried;
    for (const std::string& protocol : protocols)
        carried += fmt::format("{}{} carries {}", carried.empty() ? "" : ", ", protocol,
                               fmt::join(method_names(methods_over(protocol)), " and "));
    return fmt::format("{}, and no way in has these alone", carried);
}

void check_login(const Checking& checking, const AccountDraft& draft, const Offer& offer) {
    const Account& account = draft.account;
    if (!draft.login_place || account.protocols.empty()) return;  // told already
    const Located at{draft.at.file, *draft.login_place};
    const bool has_way = std::ranges::any_of(account.protocols, [&](const std::string& protocol) {
        return carries_a_way(protocol, account);
    });
    const std::string why_not = !has_way         ? no_way_over(account.protocols)
                                : offer.is_sound ? no_listener_for(account, offer)
                                                 : std::string();
    const bool ever_opens =
        account.hours.empty() || std::ranges::any_of(account.hours, [&](const Hours& hours) {
            return next(hours.window, checking.now).has_value();
        });
    if (!why_not.empty())
        checking.warning(at, fmt::format("the account cannot log in: {}", why_not));
    else if (!ever_opens)
        checking.warning(at, "the account cannot log in: its hours never come");
    else if (draft.certificate_way_place && !offer.asks_for_certificates)
        checking.warning({draft.at.file, *draft.certificate_way_place},
                         "no listener has a `client_ca`, so no client is asked for its "
                         "certificate");
}

}  // namespace

void check_logins(const Checking& checking) {
    const Offer offer = offer_of(checking.draft);
    for (const auto& [id, account] : checking.draft.accounts)
        if (account.account.enabled) check_login(checking, account, offer);
}

}  // namespace consign::policy
