// `consign receipt`: receipts and certificates for an administrator.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// receipt.show   id: one row {"id", "kind", "text", "signature", "allowed_signers", "vouched":
///                does a checkpoint vouch for its rows, "zone"}
/// receipt.find   account, file (a path, or a content's id), sha256, kind (deposit, retrieval,
///                delivery, destruction), from, until, limit: what each receipt says, as an object;
///                the newest `limit`, oldest first. {"rows", "more", "forgotten": rows of which
///                none can be made any more}
/// receipt.check  id, hash (of the row), chain, text (of the receipt; may be left out): {"ours": is
///                that this ledger, "stands": is the row in it, and what the chain commits to,
///                "vouched": does the chain lead from it to a checkpoint, "says": what a receipt
///                made now would say: "this", "another", "forgotten", "altered", "differ" (where it
///                is "this"): which of "site" and "witness", which are of the moment of making,
///                are others now, "witness": this site's public key}
[[nodiscard]] VerbTable receipt_verbs(Site& site);

}  // namespace consign::desk
