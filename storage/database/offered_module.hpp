// How SQLite reads an OfferedTable: as a virtual table of that name, which needs no schema.
#pragma once

#include "base/result.hpp"
#include "storage/database/question.hpp"

struct sqlite3;

namespace consign::database {

/// `table` outlives the connection.
[[nodiscard]] Result<> offer(sqlite3* connection, OfferedTable& table);

}  // namespace consign::database
