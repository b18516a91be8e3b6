// Migration 6: storage/terms.
#pragma once

namespace consign::database {

inline constexpr const char* step_6 = R"sql(
CREATE TABLE terms (
    file       INTEGER PRIMARY KEY REFERENCES files (id),
    epoch      INTEGER NOT NULL,
    look       INTEGER,
    term       BLOB
) STRICT;
CREATE INDEX terms_by_look ON terms (epoch, look);

CREATE TABLE stale_subjects (
    subject    INTEGER PRIMARY KEY REFERENCES subjects (id),
    life       INTEGER NOT NULL
) STRICT;

CREATE TABLE holds (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    file       INTEGER,
    subject    INTEGER,
    account    TEXT,
    made       INTEGER NOT NULL,
    made_by    TEXT    NOT NULL,
    words      BLOB    NOT NULL,
    lifted     INTEGER,
    lifted_by  TEXT,
    CHECK ((file IS NOT NULL) + (subject IS NOT NULL) + (account IS NOT NULL) = 1)
) STRICT;
CREATE INDEX holds_by_file ON holds (file) WHERE lifted IS NULL;
CREATE INDEX holds_by_subject ON holds (subject) WHERE lifted IS NULL;
CREATE INDEX holds_by_account ON holds (account) WHERE lifted IS NULL;

CREATE TABLE held_files (
    file       INTEGER NOT NULL REFERENCES files (id),
    hold       INTEGER NOT NULL REFERENCES holds (id),
    PRIMARY KEY (file, hold)
) STRICT, WITHOUT ROWID;

CREATE TABLE retention (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    epoch      INTEGER NOT NULL,
    rules      BLOB    NOT NULL CHECK (length(rules) = 32),
    seen       INTEGER,
    stopped    INTEGER
) STRICT;
INSERT INTO retention (only, epoch, rules, seen)
    VALUES (1, 1, zeroblob(32), (SELECT time FROM events ORDER BY sequence DESC LIMIT 1));
INSERT INTO terms (file, epoch) SELECT DISTINCT file, 0 FROM file_classes;

CREATE INDEX events_by_stream ON events (stream)
    WHERE stream <> x'00000000000000000000000000000000';
)sql";

}  // namespace consign::database
