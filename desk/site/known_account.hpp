// Whether an account that an administrator writes is one: a slip of the pen must not read as an
// answer.
#pragma once

#include <string>

#include "desk/site/site.hpp"

namespace consign::desk {

/// What is wrong, for who asked; empty where the policy or the ledger knows the account (of a peer,
/// admin:USER, system:NAME).
[[nodiscard]] Result<std::string> unknown_account(Transaction& transaction,
                                                  const policy::Policy& policy,
                                                  const std::string& account);

}  // namespace consign::desk
