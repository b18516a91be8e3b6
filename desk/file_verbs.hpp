// The administrator's verbs over the tree of names.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// files.list    path (as displayed), recursive: one row a name, in the order in which the names
///               were made; below a folder that changes meanwhile, some may be missed
/// files.stored  desk/verbs/stored_files.hpp: one row for each file's name, then one for each class
///               of each content, also where its names have ended
/// `site` outlives the table.
[[nodiscard]] VerbTable file_verbs(Site& site);

}  // namespace consign::desk
