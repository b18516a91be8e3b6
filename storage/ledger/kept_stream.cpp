#include "storage/ledger/kept_stream.hpp"

#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/ledger/event.hpp"

namespace consign::ledger {

Result<bool> is_kept_since(database::Connection& connection, std::int64_t sequence,
                           const Id& stream) {
    auto query = connection.query(
        "SELECT 1 WHERE (EXISTS (SELECT 1 FROM files WHERE stream = ?)"
        " OR EXISTS (SELECT 1 FROM uploads WHERE stream = ?))"
        " AND NOT EXISTS (SELECT 1 FROM events WHERE stream = ?"
        "  AND stream <> x'00000000000000000000000000000000'"
        "  AND sequence > ? AND action = ? AND detail = ?)",
        stream, stream, stream, sequence, std::int64_t{std::to_underlying(Action::quarantined)},
        stray_recovered);
    return query.next();
}

}  // namespace consign::ledger
