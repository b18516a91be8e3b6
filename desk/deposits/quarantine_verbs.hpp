// `consign quarantine`: what others do not see yet, and what an administrator decides of it.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// quarantine.list     {"id" (its stream), "state": "quarantined"|"unscanned"|"waiting", "account",
///                     "since", "cause" (of catalog::Cause), "why", "rule", "was" (the name that it
///                     was deposited under, as displayed), "path" (where it lies), "size"} for each
/// quarantine.release  id (or how it begins): back to the name that it was deposited under, and its
///                     way from there; what waits to be complete, as if it were.
///                     {"path", "state", "route"}
/// quarantine.reject   id: its name ends; {"path"}
[[nodiscard]] VerbTable quarantine_verbs(Site& site);

}  // namespace consign::desk
