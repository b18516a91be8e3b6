// Checkpoints, kept beside the rows that they vouch for.
#include <algorithm>

#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/ledger/ledger.hpp"

namespace consign::ledger {

namespace {

Result<std::vector<Ledger::Checkpoint>> checkpoints_of(database::Statement query) {
    return database::rows_of(std::move(query), [](const database::Statement& row) {
        return Ledger::Checkpoint{.sequence = row.integer(0),
                                  .text = std::string(row.text(1)),
                                  .signature = std::string(row.text(2))};
    });
}

}  // namespace

Result<> Ledger::keep_checkpoint(const Checkpoint& checkpoint) {
    return connection_.run("INSERT INTO checkpoints (sequence, text, signature) VALUES (?, ?, ?)",
                           checkpoint.sequence, checkpoint.text, checkpoint.signature);
}

Result<std::optional<Ledger::Checkpoint>> Ledger::last_checkpoint() {
    auto last = checkpoints_of(connection_.query(
        "SELECT sequence, text, signature FROM checkpoints ORDER BY sequence DESC LIMIT 1"));
    if (!last) return failure(last.error());
    if (last->empty()) return std::nullopt;
    return std::move(last->front());
}

Result<std::vector<Ledger::Checkpoint>> Ledger::newest_checkpoints(std::size_t limit) {
    auto newest = checkpoints_of(connection_.query(
        "SELECT sequence, text, signature FROM checkpoints ORDER BY sequence DESC LIMIT ?",
        std::uint64_t{limit}));
    if (newest) std::ranges::reverse(*newest);
    return newest;
}

Result<std::vector<Ledger::Checkpoint>> Ledger::checkpoints(std::int64_t after, std::size_t limit) {
    return checkpoints_of(
        connection_.query("SELECT sequence, text, signature FROM checkpoints WHERE sequence > ?"
                          " ORDER BY sequence LIMIT ?",
                          after, std::uint64_t{limit}));
}

}  // namespace consign::ledger
