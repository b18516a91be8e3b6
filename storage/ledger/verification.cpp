#include "storage/ledger/verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "storage/database/sqlite.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/ledger.hpp"
#include "storage/ledger/row.hpp"

namespace consign::ledger {

namespace {

/// A row as it stands, with what its bytes are made of.
struct StoredRow {
    std::int64_t sequence = 0;
    Event event;
    Bytes commitments;
    Digest32 hash{};
    bool canonical = false;
};

StoredRow stored_row(const database::Statement& row) {
    const ByteView commitments = row.blob(commitments_column);
    return {.sequence = row.integer(sequence_column),
            .event = event_of(row),
            .commitments = Bytes(commitments.begin(), commitments.end()),
            .hash = row.digest(hash_column),
            .canonical = is_canonical(row)};
}

/// What the row's hash would be at this place of the chain.
Digest32 hash_at(const Id& chain, const StoredRow& row, std::int64_t sequence,
                 const Digest32& previous) {
    return chain_hash(previous, row_bytes(chain, sequence, row.event, row.commitments));
}

/// Finds out what happened to the first row that does not fit.
class Inquest {
  public:
    /// How many rows that were inserted or removed in one place can be counted.
    static constexpr std::int64_t reach = 1000;
    /// How far away a row is looked for that stands in another's place.
    static constexpr std::size_t reorder_reach = 100'000;

    /// Row `bad` stands where `expected` should, behind the row whose hash is `head`.
    Inquest(database::Connection& connection, const Id& chain, std::int64_t bad,
            std::int64_t expected, const Digest32& head)
        : connection_(connection), chain_(chain), bad_(bad), expected_(expected), head_(head) {}

    [[nodiscard]] Result<> run(Verification& found) {
        if (const auto loaded = load(); !loaded) return loaded;
        const StoredRow& bad = rows_[first_];
        found.first_bad = bad.sequence;
        if (bad.sequence > expected_)
            tell(found, Damage::removed,
                 bad.sequence == expected_ + 1
                     ? fmt::format("row {} is missing", expected_)
                     : fmt::format("rows {} to {} are missing", expected_, bad.sequence - 1));
        else if (bad.sequence < expected_)
            tell(found, Damage::inserted, "it stands before the first row of a chain");
        else if (const auto inserted = count_inserted_from(); inserted > 0)
            tell(found, Damage::inserted,
                 fmt::format(
                     "{} rows were inserted here: the one behind them follows the row before",
                     inserted));
        else if (const auto before = count_inserted_before(); before > 0)
            tell(found, Damage::inserted,
                 fmt::format(
                     "the {} rows before it were inserted: it follows what stood before them",
                     before));
        else if (const auto removed = count_removed(); removed > 0)
            tell(found, Damage::removed,
                 fmt::format("{} rows before it were removed, and those behind numbered anew",
                             removed));
        else if (const auto home = find_home(); home > 0)
            tell(found, Damage::reordered, fmt::format("it stood at {}", home));
        else
            tell(found, Damage::changed,
                 "it was changed, or the row before it together with its hash");
        return {};
    }

  private:
    static void tell(Verification& found, Damage damage, std::string why) {
        found.damage = damage;
        found.why = std::move(why);
    }

    Result<> load() {
        auto query = connection_.query(
            std::string(select_events.view()) + " WHERE sequence >= ? ORDER BY sequence LIMIT ?",
            std::min(bad_, expected_ - reach), std::uint64_t{reorder_reach});
        for (;;) {
            const auto more = query.next();
            if (!more) return failure(more.error());
            if (!*more) break;
            rows_.push_back(stored_row(query));
            if (rows_.back().sequence < bad_) first_ = rows_.size();
        }
        return {};
    }

    /// The row behind `count` strangers follows the last that fits.
    [[nodiscard]] std::int64_t count_inserted_from() const {
        for (std::int64_t count = 1; count <= reach; ++count) {
            const std::size_t at = first_ + static_cast<std::size_t>(count);
            if (at >= rows_.size()) return 0;
            if (hash_at(chain_, rows_[at], expected_, head_) != rows_[at].hash) continue;
            // And so do those behind it: else it was the row itself that was moved.
            if (at + 1 == rows_.size() ||
                hash_at(chain_, rows_[at + 1], expected_ + 1, rows_[at].hash) == rows_[at + 1].hash)
                return count;
        }
        return 0;
    }

    /// The row follows one further back: those between were chained in well, and are strangers.
    [[nodiscard]] std::int64_t count_inserted_before() const {
        const StoredRow& bad = rows_[first_];
        for (std::size_t back = 1; back < first_; ++back) {
            const StoredRow& earlier = rows_[first_ - 1 - back];
            if (hash_at(chain_, bad, earlier.sequence + 1, earlier.hash) == bad.hash)
                return static_cast<std::int64_t>(back);
        }
        if (expected_ > 1 && hash_at(chain_, bad, 1, chain_start(chain_)) == bad.hash)
            return expected_ - 1;
        return 0;
    }

    /// The row behind it follows it under a higher number.
    [[nodiscard]] std::int64_t count_removed() const {
        if (first_ + 1 >= rows_.size()) return 0;
        const StoredRow& bad = rows_[first_];
        const StoredRow& next = rows_[first_ + 1];
        for (std::int64_t count = 1; count <= reach; ++count)
            if (hash_at(chain_, next, next.sequence + count, bad.hash) == next.hash) return count;
        return 0;
    }

    /// The number under which it fits, with its own hash or with the one that stands there.
    [[nodiscard]] std::int64_t find_home() const {
        const StoredRow& bad = rows_[first_];
        for (std::size_t at = first_ + 1; at < rows_.size(); ++at) {
            const std::int64_t sequence = rows_[at].sequence;
            // Where the two are neighbours, the hash before the home is the one that left it.
            for (const Digest32& previous : {rows_[at - 1].hash, rows_[at].hash}) {
                const Digest32 hash = hash_at(chain_, bad, sequence, previous);
                if (hash == bad.hash || hash == rows_[at].hash) return sequence;
            }
        }
        return 0;
    }

    database::Connection& connection_;
    const Id chain_;
    const std::int64_t bad_, expected_;
    const Digest32 head_;
    std::vector<StoredRow> rows_;  // the first that does not fit, and those around it
    std::size_t first_ = 0;
};

}  // namespace

std::string_view name_of(Damage damage) {
    switch (damage) {
        case Damage::changed:
            return "changed";
        case Damage::removed:
            return "removed";
        case Damage::inserted:
            return "inserted";
        case Damage::reordered:
            return "reordered";
        case Damage::cut:
            return "cut";
        case Damage::rewritten:
            return "rewritten";
        case Damage::nameless:
            return "nameless";
        case Damage::erased:
            return "erased";
    }
    return "unknown";
}

Result<Verification> Ledger::verify(std::span<const Marker> given, const std::stop_token& stop) {
    Verification found;
    const auto chain_id = chain();
    if (!chain_id) return failure(chain_id.error());
    if (*chain_id) found.head = chain_start(**chain_id);
    std::vector<Marker> markers(given.begin(), given.end());
    std::ranges::sort(markers, {}, &Marker::sequence);
    auto marker = markers.begin();  // of the next row that has any

    auto query = connection_.query(std::string(select_events.view()) + " ORDER BY sequence");
    for (std::int64_t expected = 1;; ++expected) {
        if (stop.stop_requested()) return failure(std::errc::operation_canceled);
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) break;
        if (!*chain_id) {
            found.first_bad = query.integer(sequence_column);
            found.damage = Damage::nameless;
            found.why = "the chain's id is missing";
            return found;
        }
        const Digest32 hash =
            chain_hash(found.head, row_bytes(**chain_id, query.integer(sequence_column),
                                             event_of(query), query.blob(commitments_column)));
        if (query.integer(sequence_column) != expected || !is_canonical(query) ||
            hash != query.digest(hash_column)) {
            Inquest inquest(connection_, **chain_id, query.integer(sequence_column), expected,
                            found.head);
            if (const auto done = inquest.run(found); !done) return failure(done.error());
            return found;
        }
        // All of the row, before any of them vouches: on either side of a fork there may be one.
        const auto behind =
            std::ranges::upper_bound(marker, markers.end(), expected, {}, &Marker::sequence);
        if (std::any_of(marker, behind, [&](const Marker& one) { return one.hash != hash; })) {
            found.first_bad = found.vouched + 1;
            found.damage = Damage::rewritten;
            found.why = fmt::format(
                "between it and row {} the chain is another than the one that a checkpoint vouches "
                "for",
                expected);
            return found;
        }
        if (marker != behind) found.vouched = expected;
        marker = behind;
        found.head = hash;
        found.rows = expected;
    }
    if (marker != markers.end()) {
        // Which of those behind the last marker that holds are still what they were, nobody can
        // say: others may have been written since in place of those that are gone.
        found.first_bad = found.vouched + 1;
        found.damage = Damage::cut;
        found.why = fmt::format(
            "rows from here on are gone, or others stand in their place: a checkpoint vouches for "
            "{} "
            "rows, and {} are here",
            markers.back().sequence, found.rows);
    }
    return found;
}

Result<std::optional<Digest32>> Ledger::hash_of(std::int64_t sequence) {
    if (sequence == 0) {
        const auto chain_id = chain();
        if (!chain_id) return failure(chain_id.error());
        if (!*chain_id) return std::nullopt;
        return chain_start(**chain_id);
    }
    auto query = connection_.query("SELECT hash FROM events WHERE sequence = ?", sequence);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return query.digest(0);
}

Result<std::optional<Marker>> Ledger::follow(const Marker& from, std::size_t limit) {
    const auto stands = hash_of(from.sequence);
    if (!stands) return failure(stands.error());
    const auto chain_id = chain();
    if (!chain_id) return failure(chain_id.error());
    if (!*chain_id || *stands != from.hash) return std::nullopt;
    Marker reached = from;
    auto query = connection_.query(
        std::string(select_events.view()) + " WHERE sequence > ? ORDER BY sequence LIMIT ?",
        from.sequence, std::uint64_t{limit});
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return reached;
        const StoredRow row = stored_row(query);
        const Digest32 hash = hash_at(**chain_id, row, row.sequence, reached.hash);
        if (row.sequence != reached.sequence + 1 || !row.canonical || hash != row.hash)
            return std::nullopt;
        reached = {row.sequence, hash};
    }
}

}  // namespace consign::ledger
