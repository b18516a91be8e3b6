// `consign audit verify`: is the ledger what was written?
#pragma once

#include "desk/site.hpp"
#include "desk/verb.hpp"

namespace consign::desk {

/// audit.verify  witnesses (lines of public keys beside the site's own: of witnesses before it),
///               against (checkpoints held elsewhere: "SEQUENCE HASH", at most against_limit).
///               One row: {"verifies", "rows", "head", "vouched" (the rows that a witness vouches
///               for), "checkpoints" (that were looked at), "witness" (fingerprint)}, and where it
///               does not: {"first_bad", "damage", "why"}
[[nodiscard]] VerbTable verification_verbs(Site& site);

inline constexpr std::size_t against_limit = 256;

}  // namespace consign::desk
