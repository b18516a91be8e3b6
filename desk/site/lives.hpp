// What the catalog knows of content, as the policy asks for it.
#pragma once

#include <vector>

#include "policy/retention.hpp"
#include "storage/catalog/life.hpp"

namespace consign::desk {

/// One for each of its subjects; where none is known, one. policy::term_under() tells the term of
/// them all.
[[nodiscard]] std::vector<policy::Life> lives_of(const catalog::Life& life);

}  // namespace consign::desk
