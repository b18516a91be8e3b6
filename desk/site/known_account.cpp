#include "desk/site/known_account.hpp"

#include <fmt/format.h>

#include "base/virtual_path.hpp"

namespace consign::desk {

Result<std::string> unknown_account(Transaction& transaction, const policy::Policy& policy,
                                    const std::string& account) {
    if (policy.accounts.contains(account)) return std::string();
    const auto events = transaction.search.events({.account = account, .limit = 1});
    if (!events) return failure(events.error());
    if (!events->empty()) return std::string();
    return fmt::format(
        "nobody is known as {}: neither the policy in force nor the ledger has such an account",
        display_name(account));
}

}  // namespace consign::desk
