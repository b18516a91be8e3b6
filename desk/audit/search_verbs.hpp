// The administrator's verbs that ask the ledger. Each answer leaves once the question is recorded.
//   audit.events    what desk/audit/event_question.hpp takes, and limit
//   audit.sessions  account, address, from, until, limit
//                   The newest `limit` rows that match, oldest first; {"rows", "more"} at the end.
//                   With "not_indexed" where a sealed value was asked for and so many older rows
//                   are not indexed yet (desk/site/unindexed.hpp): what only they would show is
//                   missing.
//   audit.follow    what audit.events takes: its newest rows (limit: 0), then {"follow", "rows",
//   ...}.
//                   With that `follow`, and nothing else: what came since, in order, and {"rows",
//                   "more"}: more is there to be asked for at once. The first call is recorded;
//                   what it began lives until the daemon ends.
//   audit.sql       sql: {"columns": [...]}, then {"values": [...]} for each row; {"rows", "more"}
//   audit.schema    {"table", "column", "type", "meaning"}: what sql may ask about; not recorded
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

[[nodiscard]] VerbTable search_verbs(Site& site);

}  // namespace consign::desk
