// The administrator's verb over accounts that still use legacy algorithms.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// weak.list  compatible: what is old, and not broken, too
///   {"kind": "use", "account", "protocol", "profile", "algorithms", "first", "last", "sessions",
///     "clients", "more_clients", "exception", "state", "until"}: for each account and protocol,
///     what its sessions agreed on that no younger profile has; "clients": as they name themselves,
///     up to clients_limit. "state": of the account's exception, "live", "lapsed" or "none"
///   {"kind": "exception", "account", "exception", "state", "until", "reason", "rule", "used",
///     "days_left"}: each that the policy in force has. "state": "live", "soon" (it lapses within
///     30 days) or "lapsed". "used": whether a session agreed on what needs it; null where the
///     ledger does not tell (no-close-notify)
/// {"uses", "exceptions", "since"} at the end. "since": the first login that the ledger knows.
/// `site` outlives the table.
[[nodiscard]] VerbTable weak_verbs(Site& site);

}  // namespace consign::desk
