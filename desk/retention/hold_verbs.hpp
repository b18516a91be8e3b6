// The administrator's verbs over holds.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// holds.list  lifted (also those), case: {"id", "kind" (file, subject, account), "about", "case",
///             "reason", "made", "made_by", "lifted", "lifted_by"}
/// holds.add   file (a stream id, or a path as `files ls` shows it), subject (AUTHORITY/ID),
///             account: any of them, each makes a hold; case, reason: {"holds": [ids]}
/// holds.lift  id, file, subject, account or case: {"holds"} that were lifted. reason
/// `site` outlives the table.
[[nodiscard]] VerbTable hold_verbs(Site& site);

}  // namespace consign::desk
