#include "storage/ledger/receipt_rows.hpp"

#include <algorithm>
#include <utility>

#include "storage/database/sqlite.hpp"

namespace consign::ledger {

namespace {

// SQL says these numbers and words itself, or no index would serve.
static_assert(std::to_underlying(Action::login) == 10);
static_assert(std::to_underlying(Action::opened_for_reading) == 20);
static_assert(std::to_underlying(Action::retrieval_ended) == 21);
static_assert(std::to_underlying(Action::deposited) == 23);
static_assert(std::to_underlying(Action::destroyed) == 35);
static_assert(std::to_underlying(Action::delivered) == 66);
static_assert(std::to_underlying(Outcome::granted) == 1);
static_assert(under_temporary_name == "under a temporary name");
static_assert(all_retrieved == "all of it" && rest_retrieved == "the rest of it");

constexpr std::int64_t first_sequence = 0;

void bind_range(database::Statement& query, const ReceiptRows::Range& range) {
    const auto after = range.after.value_or(ReceiptPlace{Timestamp::min(), first_sequence});
    // The index is entered at the first bound alone: where a page ended, and not where the range
    // begins, or the last page of a long day would walk past all the others.
    query.bind(std::max(range.from, after.time));
    query.bind(range.until);
    query.bind(after.time);
    query.bind(after.sequence);
    query.bind(std::uint64_t{range.limit});
}

Result<> take_all(database::Statement query, std::vector<ReceiptPlace>& places) {
    for (;;) {
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return {};
        places.push_back({.time = query.time(0), .sequence = query.integer(1)});
    }
}

}  // namespace

bool is_receipt_row(const Event& event) {
    if (event.outcome != Outcome::granted || event.stream.is_nil()) return false;
    switch (event.action) {
        case Action::deposited:
            return event.detail != under_temporary_name;
        case Action::retrieval_ended:
            return event.detail == all_retrieved || event.detail == rest_retrieved;
        case Action::delivered:
        case Action::destroyed:
            return true;
        default:
            return false;
    }
}

Result<std::vector<ReceiptPlace>> ReceiptRows::of_account(const std::string& account,
                                                          const Range& range) {
    std::vector<ReceiptPlace> places;
    for (const char* const text :
         {"SELECT time, sequence FROM events WHERE account = ? AND action = 23 AND outcome = 1"
          " AND detail <> 'under a temporary name'"
          " AND time >= ? AND time < ? AND (time, sequence) > (?, ?)"
          " ORDER BY time, sequence LIMIT ?",
          "SELECT time, sequence FROM events WHERE account = ? AND action = 21"
          " AND detail IN ('all of it', 'the rest of it') AND outcome = 1"
          " AND time >= ? AND time < ? AND (time, sequence) > (?, ?)"
          " ORDER BY time, sequence LIMIT ?",
          "SELECT time, sequence FROM receipt_owners WHERE account = ?"
          " AND time >= ? AND time < ? AND (time, sequence) > (?, ?)"
          " ORDER BY time, sequence LIMIT ?"}) {
        auto query = connection_.query(text);
        query.bind(account);
        bind_range(query, range);
        if (auto taken = take_all(std::move(query), places); !taken) return failure(taken.error());
    }
    std::ranges::sort(places);
    if (places.size() > range.limit) places.resize(range.limit);
    return places;
}

Result<std::optional<std::int64_t>> ReceiptRows::one(database::Statement query) {
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return query.integer(0);
}

Result<std::optional<std::int64_t>> ReceiptRows::login_of(const Id& session, std::int64_t before) {
    if (session.is_nil()) return std::nullopt;
    return one(
        connection_.query("SELECT sequence FROM events WHERE session = ? AND action = 10"
                          " AND sequence < ? ORDER BY sequence DESC LIMIT 1",
                          session, before));
}

Result<std::optional<std::int64_t>> ReceiptRows::deposit_of(const Id& stream, std::int64_t before) {
    if (stream.is_nil()) return std::nullopt;
    return one(
        connection_.query("SELECT sequence FROM events WHERE stream = ? AND action = 23"
                          " AND sequence < ? AND outcome = 1 ORDER BY sequence DESC LIMIT 1",
                          stream, before));
}

Result<std::optional<std::int64_t>> ReceiptRows::opening_of(const Id& stream, const Id& session,
                                                            std::int64_t before) {
    return one(connection_.query(
        "SELECT sequence FROM events WHERE stream = ?"
        " AND stream <> x'00000000000000000000000000000000' AND session = ? AND action = 20"
        " AND outcome = 1 AND sequence < ? ORDER BY sequence DESC LIMIT 1",
        stream, session, before));
}

Result<> ReceiptRows::note(const Id& stream, ReceiptPlace row, Action action) {
    const auto deposit = deposit_of(stream, row.sequence);
    if (!deposit) return failure(deposit.error());
    if (!*deposit) return {};
    return connection_.run(
        "INSERT INTO receipt_owners (account, time, sequence, action)"
        " SELECT account, ?, ?, ? FROM events WHERE sequence = ?",
        row.time, row.sequence, std::int64_t{std::to_underlying(action)}, **deposit);
}

Result<> ReceiptRows::note_anew(std::int64_t after, std::int64_t until) {
    return connection_.run(
        "INSERT OR REPLACE INTO receipt_owners (account, time, sequence, action)"
        " SELECT (SELECT d.account FROM events d WHERE d.stream = e.stream AND d.action = 23"
        " AND d.outcome = 1 AND d.sequence < e.sequence ORDER BY d.sequence DESC LIMIT 1) AS owner,"
        " e.time, e.sequence, e.action FROM events e WHERE e.sequence > ? AND e.sequence <= ?"
        " AND e.action IN (35, 66) AND e.outcome = 1"
        " AND e.stream <> x'00000000000000000000000000000000' AND owner IS NOT NULL",
        after, until);
}

}  // namespace consign::ledger
