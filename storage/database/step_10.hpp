// Migration 10: storage/scrub/scrub.hpp, storage/bookmarks/bookmarks.hpp.
#pragma once

namespace consign::database {

inline constexpr const char* step_10 = R"sql(
CREATE TABLE bookmarks (
    name         TEXT    PRIMARY KEY,
    place        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE scrub (
    only         INTEGER PRIMARY KEY CHECK (only = 1),
    number       INTEGER NOT NULL DEFAULT 0,
    state        INTEGER NOT NULL DEFAULT 0,
    by_hand      INTEGER NOT NULL DEFAULT 0,
    past_missing INTEGER NOT NULL DEFAULT 0,
    started      INTEGER NOT NULL DEFAULT 0,
    ended        INTEGER NOT NULL DEFAULT 0,
    last_file    INTEGER NOT NULL DEFAULT 0,
    until_file   INTEGER NOT NULL DEFAULT 0,
    files        INTEGER NOT NULL DEFAULT 0,
    bytes        INTEGER NOT NULL DEFAULT 0,
    found        INTEGER NOT NULL DEFAULT 0,
    mended       INTEGER NOT NULL DEFAULT 0,
    damage_told  INTEGER NOT NULL DEFAULT 0,
    stop_told    INTEGER NOT NULL DEFAULT 0,
    wished       INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO scrub (only) VALUES (1);

CREATE TABLE damaged (
    file         INTEGER PRIMARY KEY,
    stream       BLOB    NOT NULL CHECK (length(stream) = 16),
    damage       INTEGER NOT NULL,
    found        INTEGER NOT NULL,
    told         INTEGER NOT NULL CHECK (told IN (0, 1))
) STRICT;
CREATE INDEX damaged_untold ON damaged (told) WHERE told = 0;
)sql";

}  // namespace consign::database
