// Migration 4: storage/queue/queue.hpp.
#pragma once

namespace consign::database {

inline constexpr const char* step_4 = R"sql(
CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       INTEGER NOT NULL,
    lane       TEXT    NOT NULL,
    job_key    TEXT,
    file       INTEGER REFERENCES files (id),
    made       INTEGER NOT NULL,
    dead       INTEGER NOT NULL CHECK (dead IN (0, 1)),
    due        INTEGER NOT NULL,
    attempts   INTEGER NOT NULL CHECK (attempts >= 0),
    why        TEXT    NOT NULL,
    work       BLOB    NOT NULL
) STRICT;
CREATE INDEX jobs_due ON jobs (kind, dead, due);
CREATE INDEX jobs_by_lane ON jobs (kind, lane, dead, due);
CREATE INDEX jobs_by_file ON jobs (file) WHERE file IS NOT NULL;
CREATE UNIQUE INDEX jobs_by_key ON jobs (kind, job_key) WHERE job_key IS NOT NULL;
)sql";

}  // namespace consign::database
