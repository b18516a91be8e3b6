// `consign audit export`: the ledger for somebody who does not trust us.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// audit.export  account, from, until, file (a path as displayed, or a content's id), subject
///               (AUTHORITY/ID): which rows are shown, where all hold; fields (names: which
///               personal fields are opened, all without it); whole_chain (from row 1). Rows:
///               {"file", "text"}, the bundle's files piece by piece, each signed for in the last,
///               which the daemon makes: nothing that who asks could choose is signed but what was
///               asked for. A checkpoint is made first; where the ledger is not what was vouched
///               for, none is, and the export says so. At the end: {"first", "last", "rows",
///               "shown", "checkpoint"}
[[nodiscard]] VerbTable export_verbs(Site& site);

}  // namespace consign::desk
