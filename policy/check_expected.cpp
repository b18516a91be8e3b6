// Pickups and deposits that are expected of accounts which may not do them, and pulls into nowhere.
#include <fmt/format.h>

#include <algorithm>

#include "policy/check.hpp"
#include "policy/glob_cover.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

/// Tells where an account has no grant that allows the verb where the pattern is.
void check_granted(const Checking& checking, const Located& at, const std::string& id,
                   const Glob& path, Verb verb) {
    const auto account = checking.draft.accounts.find(id);
    if (account == checking.draft.accounts.end() || path.text().empty()) return;  // told already
    const bool is_granted = std::ranges::any_of(
        account->second.account.grants,
        [&](const Grant& grant) { return grant.may.contains(verb) && may_meet(grant.path, path); });
    if (!is_granted)
        checking.warning(at,
                         fmt::format("no grant allows {} to {} there", cited(id), name_of(verb)));
}

/// `then` does not wait for the last of several downloads.
void check_downloads(const Checking& checking, const PickupDraft& one) {
    const Pickup& pickup = one.pickup;
    if (pickup.then == AfterPickup::keep || !pickup.downloads || *pickup.downloads == 1) return;
    checking.warning({one.at.file, one.downloads_place},
                     fmt::format("`then: {}` takes a file away with its first complete pickup: "
                                 "`downloads: {}` gives one download",
                                 name_of(pickup.then), *pickup.downloads));
}

}  // namespace

void check_expected(const Checking& checking) {
    const Draft& draft = checking.draft;
    for (const PickupDraft& one : draft.pickups) {
        check_granted(checking, {one.at.file, one.path_place}, one.pickup.account, one.pickup.path,
                      Verb::download);
        check_downloads(checking, one);
    }
    for (const DepositDraft& one : draft.deposits)
        check_granted(checking, {one.at.file, one.path_place}, one.deposit.account,
                      one.deposit.path, Verb::upload);
    for (const PullDraft& one : draft.pulls) {
        const bool is_in_a_home = std::ranges::any_of(draft.accounts, [&](const auto& entry) {
            return entry.second.has_home && entry.second.account.home.contains(one.pull.into);
        });
        if (checking.all_files_read && !one.pull.into.is_root() && !is_in_a_home)
            checking.warning({one.at.file, one.into_place},
                             fmt::format("{} lies in no account's home: nobody will see the files",
                                         cited(one.pull.into.text())));
    }
}

}  // namespace consign::policy
