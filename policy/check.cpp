#include "policy/check.hpp"

#include "policy/calendar/zone.hpp"

namespace consign::policy {

namespace {

/// What an account says itself stands instead of what its group says, key by key.
void settle(AccountDraft& draft, const Privileges* of_group) {
    const auto picked = [&](auto member) {
        const auto& own = draft.privileges.*member;
        return own || of_group == nullptr ? own : of_group->*member;
    };
    Account& account = draft.account;
    account.protocols =
        picked(&Privileges::protocols).value_or(std::set<std::string>{"ftps", "sftp"});
    account.from = picked(&Privileges::from).value_or(std::vector<Network>());
    account.hours = picked(&Privileges::hours).value_or(std::vector<Hours>());
    account.filename_charset =
        picked(&Privileges::filename_charset).value_or(FilenameCharset::utf_8);
    account.grants = picked(&Privileges::grants).value_or(std::vector<Grant>());
    account.quota = picked(&Privileges::quota).value_or(Quota());
    account.claims = picked(&Privileges::claims);
    account.legacy = picked(&Privileges::legacy);
}

void settle_accounts(Draft& draft) {
    for (auto& [id, account] : draft.accounts) {
        const auto group = draft.groups.find(account.account.group);
        settle(account, group == draft.groups.end() ? nullptr : &group->second.privileges);
    }
}

/// What the drafts hold becomes the policy.
void assemble(Draft& draft) {
    Policy& policy = draft.policy;
    for (auto& listener : draft.listeners) policy.listeners.push_back(listener.listener);
    for (auto& [id, account] : draft.accounts) policy.accounts.emplace(id, account.account);
    for (auto& route : draft.routes) policy.routes.push_back(route.route);
    for (auto& [name, one] : draft.classes) policy.classes.emplace(name, one.retention_class);
    for (auto& [name, target] : draft.targets) policy.targets.emplace(name, target.target);
    for (auto& pull : draft.pulls) policy.pulls.push_back(pull.pull);
    for (auto& pickup : draft.pickups) policy.pickups.push_back(pickup.pickup);
    for (auto& deposit : draft.deposits) policy.deposits.push_back(deposit.deposit);
}

}  // namespace

std::chrono::sys_days Checking::today() const {
    return date_in(draft.policy.zone, now);
}

void check(const Checking& checking) {
    settle_accounts(checking.draft);
    check_names(checking);
    check_listeners(checking);
    check_legacy_listeners(checking);
    check_accounts(checking);
    check_logins(checking);
    check_dates(checking);
    check_routes(checking);
    check_actions(checking);
    check_classes(checking);
    check_targets(checking);
    check_expected(checking);
    assemble(checking.draft);
}

}  // namespace consign::policy
