// The administrator's verbs about the policies that were in force.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// policy.log   limit: {"time", "hash", "who", "files", "accounts", "routes"} for each time that a
///              policy came into force; the newest `limit` rows, oldest first
/// policy.show  hash (or how it begins; else the policy in force): {"file", "text"}, files in the
///              order in which they were read; the text of a large one goes on in the rows behind
///              its first
/// `site` outlives the table.
[[nodiscard]] VerbTable policy_verbs(Site& site);

}  // namespace consign::desk
