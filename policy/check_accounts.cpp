// Accounts: homes that lie in each other, grants, and dates that are over.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "policy/check.hpp"
#include "policy/decide.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

constexpr std::chrono::days soon_days{30};

using Homes = std::set<VirtualPath>;

void check_home(const Checking& checking, const AccountDraft& draft, const Homes& homes) {
    const Account& account = draft.account;
    const Located home_at{draft.at.file, draft.home_place};
    for (const std::string_view own : {"quarantine", "archive"})
        if (!account.home.is_root() && account.home.segments().front() == own)
            checking.error(home_at, fmt::format("`/{}` is where files lie away from everyone: no "
                                                "home may be there",
                                                own));
    for (VirtualPath above = account.home; !above.is_root();) {
        above = above.parent();
        if (!homes.contains(above)) continue;
        checking.warning(home_at, fmt::format("this home lies within another account's home, {}",
                                              cited(above.text())));
        break;
    }
    if (account.grants.empty())
        checking.warning(draft.at, fmt::format("{} has no grants: it can log in, and do nothing",
                                               cited(account.id)));
    for (const Grant& grant : account.grants)
        for (const VirtualPath& part : grant.path.literal_parts())
            if (receipts_folder().contains(part))
                checking.warning(home_at,
                                 fmt::format("the grant {} decides nothing: {} is where the "
                                             "account finds its receipts, and reads them whatever "
                                             "is granted",
                                             cited(grant.path.text()), receipts_folder().text()));
            else if (!account.home.joined(part))
                checking.error(home_at,
                               fmt::format("with the grant {} this home is too long for a path",
                                           cited(grant.path.text())));
}

/// What is told where the day is over, and where it will be soon.
void check_last_day(const Checking& checking, const Located& at, std::chrono::sys_days last,
                    std::string_view was, std::string_view will) {
    const std::chrono::days left = last - checking.today();
    if (left < std::chrono::days{0})
        checking.warning(at, std::string(was));
    else if (left.count() == 0)
        checking.warning(at, fmt::format("{} today", will));
    else if (left <= soon_days)
        checking.warning(
            at, fmt::format("{} in {}", will, text_of({.days = static_cast<int>(left.count())})));
}

void check_exception(const Checking& checking, const std::string& file,
                     const Privileges& privileges) {
    if (privileges.legacy && privileges.legacy->until != std::chrono::sys_days{})
        check_last_day(checking, {file, privileges.legacy_until_place}, privileges.legacy->until,
                       "this exception is over: it allows nothing any more",
                       "this exception is over");
}

}  // namespace

void check_accounts(const Checking& checking) {
    const Draft& draft = checking.draft;
    Homes homes;
    for (const auto& [id, account] : draft.accounts)
        if (account.has_home) homes.insert(account.account.home);
    for (const auto& [id, account] : draft.accounts)
        if (account.has_home) check_home(checking, account, homes);
    if (draft.accounts.empty() && checking.all_files_read)
        checking.warning({draft.server_file, draft.policy_files_place},
                         "these files hold no account: nobody can log in");
}

void check_dates(const Checking& checking) {
    const Draft& draft = checking.draft;
    for (const auto& [name, group] : draft.groups)
        check_exception(checking, group.at.file, group.privileges);
    for (const auto& [id, account] : draft.accounts) {
        check_exception(checking, account.at.file, account.privileges);
        if (account.account.expires)
            check_last_day(checking, {account.at.file, account.expires_place},
                           *account.account.expires, "the account has expired: nobody can log in",
                           "the account expires");
    }
}

}  // namespace consign::policy
