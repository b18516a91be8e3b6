// What waits is found without a look at all names: docs/formats/database.md, "Tree".
#pragma once

namespace consign::database {

inline constexpr const char* step_14 = R"sql(
DROP INDEX nodes_held;
CREATE INDEX nodes_held ON nodes (standing, created) WHERE standing <> 0 AND standing <> 5;
)sql";

}  // namespace consign::database
