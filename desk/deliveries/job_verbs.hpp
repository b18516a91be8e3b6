// `consign jobs`: what waits to be done without a peer, and what has failed for good.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// jobs.list    kind (a name of queue::Kind), dead (a flag: those alone): {"id", "kind", "lane",
///              "state": "waiting"|"dead", "made", "due" (or since when it is dead), "attempts",
///              "why", "stream"} for each, in the order in which they were made
/// jobs.retry   id, or dead (a flag) and kind: tried at once; {"jobs"}: how many. All dead ones in
///              many transactions: sessions do not wait for it
/// jobs.cancel  id: it is never done; {"jobs"}
[[nodiscard]] VerbTable job_verbs(Site& site);

}  // namespace consign::desk
