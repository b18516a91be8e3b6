// Indexes that a deposit is not slowed by: docs/formats/database.md, "version 13".
#pragma once

namespace consign::database {

// IN with more than two values costs SQLite a table of its own for each row that comes.
inline constexpr const char* step_13 = R"sql(
DROP INDEX events_by_rare_action;
CREATE INDEX events_by_rare_action ON events (action)
    WHERE action <> 23 AND action <> 22 AND action <> 20 AND action <> 21 AND action <> 10
      AND action <> 12 AND action <> 26 AND action <> 32 AND action <> 35 AND action <> 53
      AND action <> 55 AND action <> 65 AND action <> 66;
DROP INDEX nodes_held;
CREATE INDEX nodes_held ON nodes (standing, created)
    WHERE standing <> 0 AND standing <> 2 AND standing <> 5;
)sql";

}  // namespace consign::database
