// What proof needs: docs/formats/database.md, "version 12".
#pragma once

namespace consign::database {

inline constexpr const char* step_12 = R"sql(
CREATE TABLE timestamps (
    checkpoint INTEGER PRIMARY KEY REFERENCES checkpoints (sequence),
    token      BLOB    NOT NULL
) STRICT;

CREATE INDEX events_traces ON events (time, stream)
    WHERE stream <> x'00000000000000000000000000000000'
      AND substr(personal, 1, 4) <> x'00000000';
CREATE TABLE forgotten_periods (
    key        INTEGER PRIMARY KEY,
    purpose    INTEGER NOT NULL CHECK (purpose IN (4, 5)),
    month      TEXT    NOT NULL,
    told       INTEGER NOT NULL,
    forgotten  INTEGER
) STRICT;
CREATE TABLE forgetting (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    cut_log    INTEGER NOT NULL CHECK (cut_log IN (0, 1))
) STRICT;
INSERT INTO forgetting (only, cut_log) VALUES (1, 0);

CREATE INDEX events_not_granted ON events (outcome) WHERE outcome <> 1;
CREATE INDEX events_by_rare_action ON events (action)
    WHERE action NOT IN (10, 12, 20, 21, 22, 23, 26, 32, 35, 53, 55, 65, 66);
CREATE TABLE event_index (
    period     INTEGER NOT NULL,
    token      BLOB    NOT NULL CHECK (length(token) = 16),
    sequence   INTEGER NOT NULL,
    PRIMARY KEY (period, token, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO bookmarks (name, place) SELECT 'events_to_index', max(sequence) FROM events
    HAVING max(sequence) IS NOT NULL;
INSERT INTO bookmarks (name, place) SELECT 'sessions_to_index', max(id) FROM sessions
    HAVING max(id) IS NOT NULL;

CREATE INDEX retrievals_by_account ON events (account, time)
    WHERE action = 21 AND detail IN ('all of it', 'the rest of it');
CREATE INDEX logins_by_session ON events (session) WHERE action = 10;
CREATE INDEX deposits_by_stream ON events (stream) WHERE action = 23;
CREATE TABLE receipt_owners (
    account    TEXT    NOT NULL,
    time       INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    action     INTEGER NOT NULL,
    PRIMARY KEY (account, time, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO receipt_owners (account, time, sequence, action)
    SELECT (SELECT d.account FROM events d WHERE d.stream = e.stream AND d.action = 23
            AND d.outcome = 1 AND d.sequence < e.sequence ORDER BY d.sequence DESC LIMIT 1),
           e.time, e.sequence, e.action
    FROM events e WHERE e.action IN (35, 66) AND e.outcome = 1 AND EXISTS
        (SELECT 1 FROM events d WHERE d.stream = e.stream AND d.action = 23 AND d.outcome = 1
         AND d.sequence < e.sequence);
)sql";

}  // namespace consign::database
