#include "policy/decide.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/calendar/zone.hpp"

namespace consign::policy {

namespace {

constexpr std::string_view no_grant = "no grant covers this path";

std::string_view refusal(Verb verb) {
    switch (verb) {
        case Verb::list:
            return "the grant does not allow list";
        case Verb::download:
            return "the grant does not allow download";
        case Verb::upload:
            return "the grant does not allow upload";
        case Verb::overwrite:
            return "the grant does not allow overwrite";
        case Verb::append:
            return "the grant does not allow append";
        case Verb::rename:
            return "the grant does not allow rename";
        case Verb::remove:
            return "the grant does not allow delete";
        case Verb::mkdir:
            return "the grant does not allow mkdir";
    }
    return no_grant;
}

const Grant* deciding_grant(const Account& account, const VirtualPath& path) {
    const auto found = std::ranges::find_if(
        account.grants, [&](const Grant& grant) { return grant.path.matches(path); });
    return found == account.grants.end() ? nullptr : &*found;
}

/// The first grant that allows something below `folder`. Those after one that takes everything
/// below it decide nothing there.
const Grant* grant_below(const Account& account, const VirtualPath& folder) {
    for (const Grant& grant : account.grants) {
        if (!grant.may.empty() && grant.path.leads_on_from(folder)) return &grant;
        if (grant.path.covers_below(folder)) return nullptr;
    }
    return nullptr;
}

std::chrono::sys_days day_of(WallTime time) {
    return std::chrono::sys_days(std::chrono::floor<std::chrono::days>(time).time_since_epoch());
}

bool is_over(const Policy& policy, std::chrono::sys_days last_day, Timestamp now) {
    return day_of(wall_time(policy.zone, now)) > last_day;
}

/// May the account use algorithms that only exceptions may?
Verdict may_use_legacy(const Policy& policy, const Account& account, const Listener& listener,
                       Timestamp now) {
    const LegacyException wanted = legacy_exception_over(listener.protocol);
    if (!account.legacy || !account.legacy->allow.contains(wanted))
        return {false, account.rule, "the account has no exception for a legacy listener"};
    Verdict verdict = has_exception(policy, account, wanted, now);
    if (!verdict.allowed)
        verdict.reason = "the account's exception for a legacy listener ended on its last day";
    return verdict;
}

/// The home, and what grants name below it without wildcards.
std::vector<VirtualPath> folders_of(const Account& account) {
    std::vector<VirtualPath> named{account.home};
    for (const Grant& grant : account.grants) {
        const bool names_a_file = grant.path.is_literal() && !grant.may.contains(Verb::list) &&
                                  !grant.may.contains(Verb::mkdir);
        for (const VirtualPath& part : grant.path.literal_parts())
            if (receipts_folder().contains(part))
                continue;
            else if (auto folder = account.home.joined(names_a_file ? part.parent() : part))
                named.push_back(std::move(*folder));
    }
    return named;
}

void insert_with_parents(std::set<VirtualPath>& folders, VirtualPath folder) {
    while (!folder.is_root() && folders.insert(folder).second) folder = folder.parent();
}

}  // namespace

const VirtualPath& receipts_folder() {
    static const VirtualPath folder = VirtualPath::parse("/.receipts").value();
    return folder;
}

Verdict may(const Account& account, Verb verb, const VirtualPath& path) {
    if (receipts_folder().contains(path)) {
        if (verb == Verb::list || verb == Verb::download) return {true, account.rule, {}};
        return {false, account.rule, "receipts can be read, and nothing else"};
    }
    const Grant* grant = deciding_grant(account, path);
    if (grant == nullptr) return {false, account.rule, no_grant};
    if (!grant->may.contains(verb)) return {false, grant->rule, refusal(verb)};
    return {true, grant->rule, {}};
}

Verdict may_enter(const Account& account, const VirtualPath& path) {
    Verdict listed = may(account, Verb::list, path);
    if (listed.allowed) return listed;
    if (const Grant* below = grant_below(account, path)) return {true, below->rule, {}};
    return listed;
}

bool is_shown(const Account& account, const VirtualPath& path, bool is_folder) {
    return path.is_root() || may(account, Verb::list, path.parent()).allowed ||
           may(account, Verb::list, path).allowed ||
           (is_folder && may_enter(account, path).allowed);
}

Verdict has_exception(const Policy& policy, const Account& account, LegacyException exception,
                      Timestamp now) {
    const auto& legacy = account.legacy;
    if (!legacy) return {false, account.rule, "the account has no such exception"};
    if (!legacy->allow.contains(exception))
        return {false, legacy->rule, "the account has no such exception"};
    if (is_over(policy, legacy->until, now))
        return {false, legacy->rule, "the account's exception ended on its last day"};
    return {true, legacy->rule, {}};
}

Verdict may_stay(const Policy& policy, const Account& account, Timestamp now) {
    if (!account.enabled) return {false, account.rule, "the account is disabled"};
    if (account.expires && is_over(policy, *account.expires, now))
        return {false, account.rule, "the account has expired"};
    if (account.hours.empty()) return {true, account.rule, {}};
    const auto open = std::ranges::find_if(
        account.hours, [&](const Hours& hours) { return is_open({hours.window}, now); });
    if (open == account.hours.end())
        return {false, account.hours.front().rule, "the account may not log in at this hour"};
    return {true, open->rule, {}};
}

Verdict may_connect(const Policy& policy, const Account& account, const Listener& listener,
                    const boost::asio::ip::address& peer, Timestamp now) {
    if (const Verdict stays = may_stay(policy, account, now); !stays.allowed) return stays;
    if (!account.protocols.contains(listener.protocol))
        return {false, account.rule, "the account may not use this protocol"};
    if (listener.algorithms == AlgorithmProfile::legacy)
        if (const Verdict legacy = may_use_legacy(policy, account, listener, now); !legacy.allowed)
            return legacy;
    if (account.from.empty()) return {true, account.rule, {}};
    const auto network = std::ranges::find_if(
        account.from, [&](const Network& from) { return contains(from.network, peer); });
    if (network == account.from.end())
        return {false, account.from.front().rule, "the account may not come from this address"};
    return {true, network->rule, {}};
}

LoginProgress login_progress(const Account& account, std::string_view protocol,
                             const std::set<Method>& succeeded) {
    LoginProgress progress;
    for (const std::set<Method>& way : account.ways) {
        if (!std::ranges::includes(methods_over(protocol), way)) continue;
        std::set<Method> rest;
        std::ranges::set_difference(way, succeeded, std::inserter(rest, rest.end()));
        // An empty way would be a bug of the loader; it must not let anybody in.
        if (rest.empty() && !way.empty()) return {.complete = true, .next = {}};
        progress.next.merge(rest);
    }
    return progress;
}

const Pickup* pickup_of(const Policy& policy, const Account& account, const VirtualPath& path) {
    const auto found = std::ranges::find_if(policy.pickups, [&](const Pickup& pickup) {
        return pickup.account == account.id && pickup.path.matches(path);
    });
    return found == policy.pickups.end() ? nullptr : &*found;
}

bool restricts(const Pickup& pickup) {
    return pickup.downloads || !pickup.window.empty() || pickup.then != AfterPickup::keep;
}

Verdict may_leave_pickup(const Policy& policy, const Account& account, const VirtualPath& from,
                         const VirtualPath& to, bool is_folder) {
    constexpr std::string_view no = "a pickup would not hold for it there";
    if (!is_folder) {
        const Pickup* const pickup = pickup_of(policy, account, from);
        if (pickup && restricts(*pickup) && pickup_of(policy, account, to) != pickup)
            return {false, pickup->rule, no};
        return {true, account.rule, {}};
    }
    // The first that speaks of anything below `to` decides there.
    const auto decides = std::ranges::find_if(policy.pickups, [&](const Pickup& pickup) {
        return pickup.account == account.id && pickup.path.leads_on_from(to);
    });
    for (const Pickup& pickup : policy.pickups) {
        if (pickup.account != account.id) continue;
        const bool holds =
            decides != policy.pickups.end() && &pickup == &*decides && pickup.path.covers_below(to);
        if (restricts(pickup) && pickup.path.leads_on_from(from) && !holds)
            return {false, pickup.rule, no};
        if (pickup.path.covers_below(from)) break;  // those behind it decide nothing there
    }
    return {true, account.rule, {}};
}

bool is_temporary_name(const Policy& policy, std::string_view name) {
    return std::ranges::any_of(policy.temporary_names,
                               [&](const Glob& glob) { return glob.matches_name(name); });
}

std::vector<VirtualPath> folders(const Policy& policy) {
    std::set<VirtualPath> all;  // a parent sorts before what lies in it
    for (const auto& [id, account] : policy.accounts)
        for (VirtualPath& folder : folders_of(account)) insert_with_parents(all, std::move(folder));
    return {all.begin(), all.end()};
}

bool names_folder(const Policy& policy, const VirtualPath& folder) {
    return std::ranges::any_of(policy.accounts, [&](const auto& entry) {
        const Account& account = entry.second;
        if (folder.contains(account.home)) return true;
        if (!account.home.contains(folder)) return false;
        const auto named = folders_of(account);
        return std::ranges::any_of(named,
                                   [&](const VirtualPath& one) { return folder.contains(one); });
    });
}

}  // namespace consign::policy
