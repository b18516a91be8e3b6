#include "storage/ledger/timestamps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "storage/database/sqlite.hpp"

namespace consign::ledger {

namespace {

constexpr std::string_view stamped_mark = "the checkpoint of row ";

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

std::string checkpoint_stamped_words(std::int64_t checkpoint, std::string_view time) {
    return fmt::format("{}{}, at {}", stamped_mark, checkpoint, time);
}

std::optional<std::int64_t> stamped_checkpoint(const Event& event) {
    if (event.action != Action::checkpoint_stamped || event.outcome != Outcome::granted ||
        !event.detail.starts_with(stamped_mark))
        return std::nullopt;
    const std::string_view told = std::string_view(event.detail).substr(stamped_mark.size());
    std::int64_t checkpoint = 0;
    const auto read = std::from_chars(told.data(), told.data() + told.size(), checkpoint);
    const auto rest = told.substr(static_cast<std::size_t>(read.ptr - told.data()));
    if (read.ec != std::errc() || !rest.starts_with(", at ")) return std::nullopt;
    return checkpoint;
}

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
