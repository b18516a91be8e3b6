// `consign audit verify`: is the ledger what was written?
#pragma once

#include <boost/asio/awaitable.hpp>

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"
#include "storage/ledger/verification.hpp"

namespace consign::desk {

/// audit.verify  witnesses (lines of public keys beside the site's own: of witnesses before it),
///               against (checkpoints held elsewhere: "SEQUENCE HASH", at most against_limit).
///               One row: {"verifies", "rows", "head", "vouched" (the rows that a witness vouches
///               for), "checkpoints" (that were looked at), "signers" (fingerprints of the keys
///               that signed those, and the file's), "witness" (the fingerprint of the site's own),
///               "file" (the data folder's own: {"checkpoints", "last", "trouble": missing, behind,
///               ahead or strange})}, and where it does not: {"first_bad", "damage", "why"}; where
///               it does:
///               {"complete", "to_index", "lacks": {"index", "sessions", "receipts", "holds",
///               "checkpoints", "timestamps"}}, each {"count", "first" (row)}, of what the ledger
///               is searched by, and of what its rows tell; where a checkpoint is
///               stamped, "last_stamp" ({"row", "time", "authority"}, by its own word; {"why"}
///               where it cannot be read)
/// audit.reindex Adds what is missing of what rows are found by, as far as rows tell it. Behind
///               it: {"rows"}
[[nodiscard]] VerbTable verification_verbs(Site& site);

/// All that audit.verify looks at, against the site's own checkpoints. One that another key signed
/// is passed by, as after a change of the key. Nothing is recorded.
[[nodiscard]] boost::asio::awaitable<Result<ledger::Verification>> verify_ledger(Site& site);

inline constexpr std::size_t against_limit = 256;

}  // namespace consign::desk
