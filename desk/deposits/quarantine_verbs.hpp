// `consign quarantine`: what is kept from everyone, and what an administrator decides of it.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// quarantine.list     {"id" (its stream), "state": "quarantined"|"unscanned", "account", "since",
///                     "cause" (of catalog::Cause), "why", "rule", "was" (the name that it was
///                     deposited under, as displayed), "path" (where it lies), "size"} for each
/// quarantine.release  id (or how it begins): back to the name that it was deposited under, and its
///                     way from there; {"path", "state", "route"}
/// quarantine.reject   id: its name ends; {"path"}
[[nodiscard]] VerbTable quarantine_verbs(Site& site);

}  // namespace consign::desk
