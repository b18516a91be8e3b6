// The administrator's verbs over terms.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// retention.plan     until: one row a content: {"stream", "due" (null: unknown), "class", "why",
///                    "rule", "size", "depositor", "names" (how many), "kept_by" ("", "hold N",
///                    "a job", "unknown")}; what is due by then first, what has no known end last.
///                    {"rows", "clock": {"believed", "seen", "shows"}} at the end
/// retention.run      dry: destroys what is due, or says what it would: {"destroyed", "held",
///                    "busy"}
/// retention.confirm_clock   {"time"} that was confirmed
/// files.retained     what is kept, and has no name any more: the same rows as of the plan
/// `site` outlives the table.
[[nodiscard]] VerbTable retention_verbs(Site& site);

}  // namespace consign::desk
