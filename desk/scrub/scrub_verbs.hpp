// `consign scrub`: how the store is.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// scrub.status  one row: {"state": "off"|"resting"|"running"|"stopped", "pass", "started",
/// "ended",
///               "files", "bytes", "found", "mended" (of the pass), "damaged" (in all), "wished"}
/// scrub.list    {"what": "altered"|"missing"|"unreadable", "stream", "found", "path" (one of its
///               names)} for each content that was found damaged; then {"what": "stray", "stream"}
///               for each sealed file that no row knows
/// scrub.run     past_missing (a flag: however many are missing): a pass now, or that the one in
///               progress goes on; {"wished"}
[[nodiscard]] VerbTable scrub_verbs(Site& site);

}  // namespace consign::desk
