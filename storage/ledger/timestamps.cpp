#include "storage/ledger/timestamps.hpp"

#include <algorithm>
#include <utility>

#include "storage/database/sqlite.hpp"

namespace consign::ledger {

namespace {

Result<std::vector<Stamped>> stamped_of(database::Statement query) {
    std::vector<Stamped> stamped;
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return stamped;
        const ByteView answer = query.blob(3);
        stamped.push_back({.checkpoint = {.sequence = query.integer(0),
                                          .text = std::string(query.text(1)),
                                          .signature = std::string(query.text(2))},
                           .answer = Bytes(answer.begin(), answer.end())});
    }
}

}  // namespace

Result<std::optional<Ledger::Checkpoint>> Timestamps::due() {
    static_assert(std::to_underlying(Action::checkpoint_stamped) == 81);
    auto query = connection_.query(
        "WITH last (sequence) AS (SELECT coalesce(max(checkpoint), 0) FROM timestamps)"
        " SELECT c.sequence, c.text, c.signature FROM checkpoints c, last"
        " WHERE c.sequence = (SELECT max(sequence) FROM checkpoints) AND EXISTS"
        " (SELECT 1 FROM events e WHERE e.sequence > last.sequence AND e.sequence <= c.sequence"
        " AND e.action <> 81)");
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return Ledger::Checkpoint{.sequence = query.integer(0),
                              .text = std::string(query.text(1)),
                              .signature = std::string(query.text(2))};
}

Result<> Timestamps::keep(std::int64_t checkpoint, ByteView answer) {
    return connection_.run("INSERT INTO timestamps (checkpoint, token) VALUES (?, ?)", checkpoint,
                           answer);
}

Result<std::optional<Stamped>> Timestamps::last() {
    auto last = newest(1);
    if (!last) return failure(last.error());
    if (last->empty()) return std::nullopt;
    return std::move(last->front());
}

Result<std::vector<Stamped>> Timestamps::newest(std::size_t limit) {
    auto newest = stamped_of(connection_.query(
        "SELECT sequence, text, signature, token FROM timestamps JOIN checkpoints ON sequence ="
        " checkpoint ORDER BY checkpoint DESC LIMIT ?",
        std::uint64_t{limit}));
    if (newest) std::ranges::reverse(*newest);
    return newest;
}

Result<std::vector<Stamped>> Timestamps::after(std::int64_t checkpoint, std::size_t limit) {
    return stamped_of(connection_.query(
        "SELECT sequence, text, signature, token FROM timestamps JOIN checkpoints ON sequence ="
        " checkpoint WHERE checkpoint > ? ORDER BY checkpoint LIMIT ?",
        checkpoint, std::uint64_t{limit}));
}

}  // namespace consign::ledger
