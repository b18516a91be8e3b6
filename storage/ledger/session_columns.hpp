// A session's row, as a query has it.
#pragma once

#include "base/log.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/ledger/event.hpp"

namespace consign::database {
class Statement;
}

namespace consign::ledger {

/// The columns that session_of reads, from `sessions`; conditions follow.
inline constexpr Literal select_sessions =
    "SELECT id, session, protocol, listener, address, client, algorithms, account,"
    " login_methods, started, ended, end_reason, files_in, files_out, bytes_in, bytes_out"
    " FROM sessions";

[[nodiscard]] database::CellPlace address_cell(std::int64_t row);

/// An address that cannot be read is left out, and the row says why.
[[nodiscard]] Result<Session> session_of(const database::Statement& query,
                                         database::SealedCells& cells);

}  // namespace consign::ledger
