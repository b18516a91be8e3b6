// Migration 5: storage/pickups/pickups.hpp.
#pragma once

namespace consign::database {

inline constexpr const char* step_5 = R"sql(
CREATE TABLE retrievals (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    node       INTEGER NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
    account    TEXT    NOT NULL,
    held_by    BLOB    NOT NULL CHECK (length(held_by) = 16),
    touched    INTEGER NOT NULL,
    sent       BLOB    NOT NULL,
    counted    INTEGER NOT NULL CHECK (counted IN (0, 1)),
    uncertain  INTEGER NOT NULL CHECK (uncertain IN (0, 1))
) STRICT;
CREATE INDEX retrievals_by_node ON retrievals (node, account);

CREATE TABLE collections (
    node       INTEGER NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
    account    TEXT    NOT NULL,
    completed  INTEGER NOT NULL CHECK (completed >= 0),
    last       INTEGER,
    hidden     INTEGER NOT NULL CHECK (hidden IN (0, 1)),
    PRIMARY KEY (node, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX collections_hidden ON collections (account) WHERE hidden = 1;
)sql";

}  // namespace consign::database
