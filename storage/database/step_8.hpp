// Migration 8: storage/expectations/expectations.hpp, and what it counts by.
#pragma once

namespace consign::database {

inline constexpr const char* step_8 = R"sql(
CREATE TABLE expectations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    deadline   INTEGER NOT NULL,
    counted_from INTEGER NOT NULL,
    counted_until INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    files      INTEGER NOT NULL CHECK (files >= 0),
    wanted     INTEGER NOT NULL CHECK (wanted >= 0),
    mended     INTEGER,
    UNIQUE (kind, name, deadline)
) STRICT;
CREATE INDEX expectations_missing ON expectations (deadline) WHERE state = 2;
CREATE INDEX expectations_by_deadline ON expectations (deadline);

CREATE INDEX deposits_by_account ON events (account, time) WHERE action = 23;
CREATE INDEX nodes_by_age ON nodes (parent, kind, created);
)sql";

}  // namespace consign::database
