// Migration 11: storage/targets/targets.hpp, storage/pulls/pulls.hpp.
#pragma once

namespace consign::database {

inline constexpr const char* step_11 = R"sql(
CREATE TABLE target_troubles (
    target     TEXT    PRIMARY KEY,
    since      INTEGER NOT NULL,
    failures   INTEGER NOT NULL CHECK (failures >= 0),
    retry      INTEGER NOT NULL,
    pinned     TEXT    NOT NULL,
    why        TEXT    NOT NULL,
    told       INTEGER NOT NULL CHECK (told IN (0, 1))
) STRICT;

CREATE TABLE pull_runs (
    pull       TEXT    PRIMARY KEY,
    last       INTEGER NOT NULL,
    told       INTEGER NOT NULL CHECK (told IN (0, 1)),
    begun      BLOB    NOT NULL CHECK (length(begun) = 16)
) STRICT;

CREATE TABLE pulled_files (
    pull       TEXT    NOT NULL,
    name_index BLOB    NOT NULL CHECK (length(name_index) = 16),
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
    modified   INTEGER NOT NULL,
    PRIMARY KEY (pull, name_index)
) STRICT;
)sql";

}  // namespace consign::database
