// Migration 7: checkpoints of the ledger (storage/ledger/ledger.hpp).
#pragma once

namespace consign::database {

inline constexpr const char* step_7 = R"sql(
CREATE TABLE checkpoints (
    sequence   INTEGER PRIMARY KEY,
    text       TEXT    NOT NULL,
    signature  TEXT    NOT NULL
) STRICT;
)sql";

}  // namespace consign::database
