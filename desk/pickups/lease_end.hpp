// What a retrieval that counts is to the terms of what was retrieved, also where its daemon died.
#pragma once

#include "desk/site/site.hpp"

namespace consign::desk {

/// All of a file left under a name. False where it has been destroyed meanwhile.
[[nodiscard]] Result<bool> record_pickup(Transaction& transaction, const policy::Policy& policy,
                                         catalog::FileId file, catalog::NodeId node, Timestamp now);

/// The leases of a dead daemon are nobody's. Each whose file was about to leave to its last byte
/// counts, with an event of its own; what a pickup's `then` asks for is not carried out.
[[nodiscard]] Result<> put_down_dead_leases(Site& site, Transaction& transaction);

}  // namespace consign::desk
