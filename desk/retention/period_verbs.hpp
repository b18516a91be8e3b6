// The administrator's verb over what the ledger forgets.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// audit.periods      one row a month and kind: {"month": "2026-11", "kind": "access" (logins,
///                    refusals, listings, sessions' addresses) or "files" (events about files),
///                    "state": "readable", "ending" (the ledger has told that it is forgotten) or
///                    "forgotten", "due": from when on it may be (of files: once their contents are
///                    gone, too; empty: never), "forgotten": since when}. {"rows", "keep": as in
///                    consign.yaml, or empty} at the end
/// `site` outlives the table.
[[nodiscard]] VerbTable period_verbs(Site& site);

}  // namespace consign::desk
