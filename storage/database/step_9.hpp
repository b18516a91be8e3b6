// Migration 9: what is kept from everyone (storage/catalog/quarantine.hpp), what was found clean,
// jobs that are carried out in order, and what workers have told is wrong
// (storage/queue/queue.hpp).
#pragma once

namespace consign::database {

inline constexpr const char* step_9 = R"sql(
CREATE TABLE quarantine (
    node       INTEGER PRIMARY KEY REFERENCES nodes (id) ON DELETE CASCADE,
    account    TEXT    NOT NULL,
    cause      INTEGER NOT NULL,
    why        TEXT    NOT NULL,
    rule       TEXT    NOT NULL,
    since      INTEGER NOT NULL,
    was        BLOB    NOT NULL
) STRICT;
CREATE INDEX nodes_held ON nodes (standing, created) WHERE standing IN (1, 3, 4);
ALTER TABLE files ADD COLUMN scanned INTEGER;
CREATE INDEX jobs_in_order ON jobs (kind, lane, id) WHERE dead = 0;
CREATE TABLE troubles (
    name       TEXT    PRIMARY KEY,
    since      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace consign::database
