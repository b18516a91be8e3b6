// `consign deliveries`: what goes to the targets of the policy, and what is in its way.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// deliveries.list    target: {"id", "target", "state", "since", "due", "attempts", "why", "bytes",
///                    "stream"} for each, in the order in which they were asked for. "state":
///                    "waiting", "renaming" (all of it is there), "held" (by the target's
///                    schedule), "target down", "no such target", "dead"
/// deliveries.retry   id, or target: tried at once, and the target, too; {"jobs"}: how many
/// deliveries.cancel  id: it is never delivered; {"jobs"}
[[nodiscard]] VerbTable delivery_verbs(Site& site);

}  // namespace consign::desk
