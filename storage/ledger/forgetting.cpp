#include "storage/ledger/forgetting.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "storage/database/errc.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/query_text.hpp"

namespace consign::ledger {

namespace {

using keyring::KeyId;
using keyring::PeriodKey;
using keyring::Purpose;

/// What the index `events_traces` is limited to; a query that says it has the index.
constexpr std::string_view are_traces =
    " stream <> x'00000000000000000000000000000000' AND substr(personal, 1, 4) <> x'00000000'";

/// As a sealed cell begins.
Bytes cell_start(KeyId key) {
    Bytes bytes;
    ByteWriter(bytes).u32(key);
    return bytes;
}

Timestamp end_of(std::chrono::year_month month) {
    return keyring::start_of(month + std::chrono::months(1));
}

/// Rows of a month's traces from a place on.
std::string walk_text(std::string_view columns) {
    return "SELECT " + std::string(columns) + " FROM events WHERE" + std::string(are_traces) +
           " AND (time, stream, sequence) > (?, ?, ?) AND time < ?"
           " ORDER BY time, stream, sequence LIMIT ?";
}

}  // namespace

Forgetting::Forgetting(database::Connection& connection, keyring::Keyring& keys,
                       RandomSource& random)
    : connection_(connection),
      keys_(keys),
      cells_(keys, Purpose::file_trace, random),
      reader_(keys, random),
      index_(connection, keys) {}

Result<EndedTraces> Forgetting::ended_traces(const TracePlace& after, Timestamp until,
                                             std::size_t limit) {
    static const std::string text = walk_text(
        "time, stream, sequence,"
        " EXISTS (SELECT 1 FROM files f WHERE f.stream = events.stream)"
        " OR EXISTS (SELECT 1 FROM uploads u WHERE u.stream = events.stream)");
    auto query = connection_.query(text, after.time, after.stream, after.sequence,
                                   until + std::chrono::microseconds(1), std::uint64_t{limit});
    EndedTraces found;
    for (std::size_t seen = 0;; ++seen) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) {
            if (seen < limit) found.next.reset();
            return found;
        }
        found.next = {query.time(0), query.id(1), query.integer(2)};
        if (query.integer(3) == 0) found.rows.push_back(query.integer(2));
    }
}

Result<bool> Forgetting::forget_row(std::int64_t sequence, Timestamp until,
                                    ForgottenTraces& forgotten) {
    static const std::string text =
        QueryText(select_events)
            .then(
                " WHERE sequence = ? AND time <= ?"
                " AND stream <> x'00000000000000000000000000000000'"
                " AND substr(personal, 1, 4) <> x'00000000'"
                " AND NOT EXISTS (SELECT 1 FROM files f WHERE f.stream = events.stream)"
                " AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.stream = events.stream)");
    Timestamp time;
    {
        auto query = connection_.query(text, sequence, until);
        const auto found = query.next();
        if (!found) return failure(found.error());
        if (!*found) return false;
        const auto row = reader_.row(query);
        if (!row) return failure(row.error());
        const KeyId key = database::key_of_cell(query.blob(personal_column));
        if (auto removed = index_.remove(key, sequence, row->event); !removed)
            return failure(removed.error());
        time = row->event.time;
    }
    // Of the same length, so that SQLite writes where the fields stand. A shorter row would let
    // pages be put together, and what moves then leaves copies behind in their gaps.
    if (auto done = connection_.run(
            "UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = ?", sequence);
        !done)
        return failure(done.error());
    ++forgotten.by_month[keyring::period_text(keyring::month_of(time))];
    ++forgotten.rows;
    return true;
}

Result<ForgottenTraces> Forgetting::forget_traces(std::span<const std::int64_t> rows,
                                                  Timestamp until) {
    ForgottenTraces forgotten;
    for (const std::int64_t sequence : rows)
        if (const auto done = forget_row(sequence, until, forgotten); !done)
            return failure(done.error());
    if (forgotten.rows == 0) return forgotten;
    if (auto asked = cut_log(); !asked) return failure(asked.error());
    return forgotten;
}

Result<std::vector<Period>> Forgetting::periods() {
    std::map<KeyId, Period> periods;
    std::set<KeyId> there;
    for (const PeriodKey& key : keys_.period_keys()) {
        periods[key.id].key = key;
        there.insert(key.id);
    }
    auto query =
        connection_.query("SELECT key, purpose, month, told, forgotten FROM forgotten_periods");
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) break;
        const auto id = static_cast<KeyId>(query.integer(0));
        Period& period = periods[id];
        period.key = {.id = id,
                      .purpose = static_cast<Purpose>(query.integer(1)),
                      .month = keyring::month_named(query.text(2)).value_or(period.key.month)};
        period.told = query.time(3);
        // A keyring that was put back from a copy may have what was destroyed.
        if (!query.is_null(4) && !there.contains(id)) period.forgotten = query.time(4);
    }
    std::vector<Period> all;
    for (auto& [id, period] : periods) all.push_back(std::move(period));
    return all;
}

Result<Forgetting::Access> Forgetting::access_under(const PeriodKey& key) {
    const Bytes start = cell_start(key.id);
    Access access;
    for (const auto& [text, count] :
         {std::pair("SELECT count(*) FROM events WHERE time >= ? AND time < ?"
                    " AND substr(personal, 1, 4) = ?",
                    &access.events),
          std::pair("SELECT count(*) FROM sessions WHERE started >= ? AND started < ?"
                    " AND substr(address, 1, 4) = ?",
                    &access.sessions)}) {
        auto query =
            connection_.query(text, keyring::start_of(key.month), end_of(key.month), start);
        const auto row = query.next();
        if (!row) return failure(row.error());
        *count = query.natural(0);
    }
    return access;
}

Result<bool> Forgetting::is_needed(const PeriodKey& key) {
    // An event about a file that still stands under the access key was altered, and is lost.
    if (key.purpose == Purpose::ledger_period) return false;
    static const std::string text = "SELECT 1 FROM events WHERE" + std::string(are_traces) +
                                    " AND time >= ? AND time < ? AND substr(personal, 1, 4) = ?"
                                    " LIMIT 1";
    auto query = connection_.query(text, keyring::start_of(key.month), end_of(key.month),
                                   cell_start(key.id));
    return query.next();
}

Result<std::optional<TracePlace>> Forgetting::move_traces(const PeriodKey& access,
                                                          const TracePlace& after,
                                                          std::size_t limit) {
    static const std::string text = walk_text("time, stream, sequence, substr(personal, 1, 4)");
    std::optional<TracePlace> place;
    std::vector<std::int64_t> rows;
    {
        const TracePlace start{.time = keyring::start_of(access.month)};
        const TracePlace& from = after.time < start.time ? start : after;
        auto query = connection_.query(text, from.time, from.stream, from.sequence,
                                       end_of(access.month), std::uint64_t{limit});
        std::size_t seen = 0;
        for (;; ++seen) {
            const auto more = query.next();
            if (!more) return failure(more.error());
            if (!*more) break;
            place = {query.time(0), query.id(1), query.integer(2)};
            if (database::key_of_cell(query.blob(3)) == access.id) rows.push_back(query.integer(2));
        }
        if (seen < limit) place.reset();
    }
    if (rows.empty()) return place;
    const auto to = keys_.period_key_for(keyring::start_of(access.month), Purpose::file_trace);
    if (!to) return failure(to.error());
    for (const std::int64_t sequence : rows)
        if (auto moved = move_row(sequence, *to); !moved) return failure(moved.error());
    return place;
}

Result<> Forgetting::move_row(std::int64_t sequence, KeyId to) {
    Bytes sealed;
    {
        auto query =
            connection_.query(QueryText(select_events).then(" WHERE sequence = ?"), sequence);
        const auto found = query.next();
        if (!found || !*found) return found ? Result<>() : failure(found.error());
        const ByteView cell = query.blob(personal_column);
        const auto opened = cells_.open(personal_cell(sequence), cell);
        // What was altered is lost in any case.
        if (!opened && opened.error() == database::database_errc::altered_cell) return {};
        if (!opened) return failure(opened.error());
        const auto row = reader_.row(query);
        if (!row) return failure(row.error());
        auto again = cells_.seal(personal_cell(sequence), to, *opened);
        if (!again) return failure(again.error());
        sealed = std::move(*again);
        if (auto removed = index_.remove(database::key_of_cell(cell), sequence, row->event);
            !removed)
            return removed;
        if (auto added = index_.add(to, sequence, row->event); !added) return added;
    }
    return connection_.run("UPDATE events SET personal = ? WHERE sequence = ?", sealed, sequence);
}

Result<> Forgetting::tell(const PeriodKey& key, Timestamp now) {
    return connection_.run(
        "INSERT INTO forgotten_periods (key, purpose, month, told) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (key) DO NOTHING",
        std::int64_t{key.id}, std::int64_t{std::to_underlying(key.purpose)},
        keyring::period_text(key.month), now);
}

Result<bool> Forgetting::destroy(const PeriodKey& key, Timestamp now) {
    const auto needed = is_needed(key);
    if (!needed) return failure(needed.error());
    if (*needed) return false;
    if (auto noted = connection_.run(
            "UPDATE forgotten_periods SET forgotten = ? WHERE key = ? AND forgotten IS NULL", now,
            std::int64_t{key.id});
        !noted)
        return failure(noted.error());
    if (auto asked = cut_log(); !asked) return failure(asked.error());
    if (auto done = keys_.destroy(key.id); !done) return failure(done.error());
    return true;
}

Result<bool> Forgetting::drop_entries(std::size_t limit) {
    const auto dropped = index_.drop_gone(limit);
    if (!dropped || !*dropped) return dropped;
    if (auto asked = cut_log(); !asked) return failure(asked.error());
    return true;
}

Result<> Forgetting::cut_log() {
    return connection_.run("UPDATE forgetting SET cut_log = 1 WHERE cut_log = 0");
}

Result<bool> Forgetting::log_is_to_be_cut() {
    auto query = connection_.query("SELECT 1 FROM forgetting WHERE cut_log = 1");
    return query.next();
}

Result<> Forgetting::log_is_cut() {
    return connection_.run("UPDATE forgetting SET cut_log = 0");
}

}  // namespace consign::ledger
