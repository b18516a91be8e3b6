// Migration 3: storage/documents/documents.hpp.
#pragma once

namespace consign::database {

inline constexpr const char* step_3 = R"sql(
CREATE TABLE documents (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    hash       BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    content    BLOB    NOT NULL
) STRICT;

CREATE TABLE versions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    document   INTEGER NOT NULL REFERENCES documents (id),
    since      INTEGER NOT NULL,
    made_by    TEXT    NOT NULL,
    files      INTEGER NOT NULL CHECK (files >= 0),
    accounts   INTEGER NOT NULL CHECK (accounts >= 0),
    routes     INTEGER NOT NULL CHECK (routes >= 0)
) STRICT;
CREATE INDEX versions_by_document ON versions (document);
)sql";

}  // namespace consign::database
