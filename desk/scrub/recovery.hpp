// What an administrator does where a database is lost, or was put back to an older copy: strays
// (desk/scrub/strays.hpp) come back, into quarantine, where he decides.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// `recover.database`, asked once the store has a new, empty database: its ledger's first row says
/// by whom. Refused where there are rows.
/// `recover.strays`. Arguments: `id`, a stray's id or how it begins; or `all`. Each stray whose
/// header verifies gets a name in quarantine, with the facts that are sealed in it (whose deposit,
/// when, under which name). It has the class of what it would be routed to, and the holds that
/// stand bind it; its routes wait for a release. A row for each: {"stream", "account", "was",
/// "deposited", "size", "state"}; those that stay strays say why in `state`. After the rows
/// {"recovered", "left"}.
[[nodiscard]] VerbTable recovery_verbs(Site& site);

}  // namespace consign::desk
