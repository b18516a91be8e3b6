// `consign pulls`: what is fetched from partners' servers, and when.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// pulls.list   {"name", "target", "last" (that went well; or empty), "next" (or empty), "state":
///              "well"|"failing"|"target down", "why" (or empty)} for each
/// pulls.run    name: as if it were due now, whatever pause it or its target makes; {"pulls"}: how
///              many
[[nodiscard]] VerbTable pull_verbs(Site& site);

}  // namespace consign::desk
