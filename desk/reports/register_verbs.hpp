// The administrator's verb behind the register of processing (RGPD art. 30).
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// register.show  No arguments. Of the policy in force, whatever its files say by now:
///   {"kind": "policy", "site", "hash", "since", "residency", "zone", "controller", "contact",
///     "representative", "dpo"}: a text that the policy does not say is empty
///   {"kind": "class", "name", "purpose", "legal_basis", "recipients", "persons", "data", "keep",
///     "counted_from", "minor_until", "after_death", "shorten_after_pickup", "routes", "files",
///     "bytes"}: each, with the routes that give it, and what is in the store of it
///   {"kind": "uncovered", "routes", "files", "bytes"}: routes without a class, and what is in the
///     store without one; where there is either, or where deposits are taken and no route gives one
///   {"kind": "account", "id", "name", "enabled", "expires", "collects", "deposits"}: each
///   {"kind": "target", "name", "scheme", "host", "residency", "routes"}: each
///   {"kind": "measure", "measure", ...}: what protects the data, as it is in force now
/// {"classes", "accounts", "targets"} at the end. `site` outlives the table.
[[nodiscard]] VerbTable register_verbs(Site& site);

}  // namespace consign::desk
