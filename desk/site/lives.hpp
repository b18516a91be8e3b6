// What the catalog knows of content, as the policy asks for it.
#pragma once

#include <vector>

#include "policy/retention.hpp"
#include "storage/catalog/life.hpp"

namespace consign::desk {

/// One for each of its subjects; where none is known, one. policy::term_under() tells the term of
/// them all: after `claims`, or as if there were none, to compare policies by.
[[nodiscard]] std::vector<policy::Life> lives_of(const catalog::Life& life,
                                                 const std::vector<catalog::Claim>& claims = {});

}  // namespace consign::desk
