// The event of what the daemon does by itself, as one of its system accounts.
#pragma once

#include "desk/site/site.hpp"

namespace consign::desk {

/// `account`: "system:NAME".
[[nodiscard]] ledger::Event system_event(const Site& site, ledger::Action action, Literal account);

/// Where its row's number does not matter.
[[nodiscard]] Result<> append(Transaction& transaction, const ledger::Event& event);
/// Of a delivery or a destruction: also noted for who had deposited it, and gets the receipt.
[[nodiscard]] Result<> append_owned(Transaction& transaction, const ledger::Event& event);

}  // namespace consign::desk
