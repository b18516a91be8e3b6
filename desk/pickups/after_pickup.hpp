// What a pickup's `then` asks for once all of a file was collected, carried out in the pickup's own
// transaction, with an event of its own.
#pragma once

#include "desk/pickups/lease.hpp"
#include "desk/retention/disposal.hpp"

namespace consign::desk {

/// Of one name of a file, by the account that collected it.
struct CollectedFile {
    const PickupRule& rule;
    catalog::NodeId node = 0;
    const VirtualPath& whole;        // the name under which it was opened
    const ledger::Event& retrieved;  // says by whom, when, and in which session
};
/// Hides, archives or ends the name, wherever it lies by now; nothing where it has ended.
/// `taken_away` tells whether it is gone from the account's sight.
[[nodiscard]] Result<> carry_out_then(Transaction& transaction, const CollectedFile& collected,
                                      std::vector<Id>& doomed, bool& taken_away);

}  // namespace consign::desk
