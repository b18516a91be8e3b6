// A hold on a subject binds what comes about it later. Where that gets a class, its subjects stand
// in the catalog; where not, the file itself is noted.
#pragma once

#include <vector>

#include "desk/site/site.hpp"
#include "policy/content/subject.hpp"

namespace consign::desk {

/// Of a file that gets no class. Costs nothing where nothing is held.
[[nodiscard]] Result<> bind_to_holds(Transaction& transaction, catalog::FileId file,
                                     const std::vector<policy::content::Subject>& subjects);

}  // namespace consign::desk
