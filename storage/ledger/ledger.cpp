#include "storage/ledger/ledger.hpp"

#include <utility>

#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/ledger/errc.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/query_text.hpp"
#include "storage/ledger/row.hpp"

namespace consign::ledger {

Ledger::Ledger(database::Connection& connection, keyring::Keyring& keys, RandomSource& random)
    : connection_(connection),
      keys_(keys),
      random_(random),
      cells_(keys, keyring::Purpose::ledger_period, random),
      reader_(keys, random),
      index_(connection, keys),
      end_(connection) {}

Result<std::optional<Id>> Ledger::chain() {
    auto query = connection_.query("SELECT id FROM chain");
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return query.id(0);
}

Result<Id> Ledger::chain_or_new() {
    const auto known = chain();
    if (!known) return failure(known.error());
    if (*known) return **known;
    // With another id, no row would be what it was written as, and nobody could tell why.
    const auto rows = last_sequence();
    if (!rows) return failure(rows.error());
    if (*rows > 0) return failure(ledger_errc::no_chain_id);
    const Id made = Id::random(random_);
    if (const auto done = connection_.run("INSERT INTO chain (only, id) VALUES (1, ?)", made);
        !done)
        return failure(done.error());
    return made;
}

Result<Ledger::Head> Ledger::head(const Id& chain) {
    auto query =
        connection_.query("SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1");
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return Head{chain, 0, chain_start(chain)};
    return Head{chain, query.integer(0), query.digest(1)};
}

Result<std::optional<EventRow>> Ledger::row(std::int64_t sequence) {
    auto query = connection_.query(QueryText(select_events).then(" WHERE sequence = ?"), sequence);
    const auto found = query.next();
    if (!found) return failure(found.error());
    if (!*found) return std::nullopt;
    auto row = reader_.row(query);
    if (!row) return failure(row.error());
    return std::optional(*std::move(row));
}

Result<std::vector<EventRow>> Ledger::after(std::int64_t sequence, std::size_t limit) {
    return database::rows_of(
        connection_.query(
            QueryText(select_events).then(" WHERE sequence > ? ORDER BY sequence LIMIT ?"),
            sequence, std::uint64_t{limit}),
        EventReader::sealed_row);
}

Result<std::int64_t> Ledger::last_sequence() {
    auto query = connection_.query("SELECT coalesce(max(sequence), 0) FROM events");
    const auto row = query.next();
    if (!row) return failure(row.error());
    return query.integer(0);
}

Result<> Ledger::visit_deposits(const std::string& account, Timestamp from, Timestamp until,
                                const std::function<bool(const Event&)>& visit) {
    // The index is of rows with this action alone, which the text must say itself.
    static_assert(std::to_underlying(Action::deposited) == 23);
    // An attempt that failed or was refused has the same action, and brought nothing.
    static_assert(std::to_underlying(Outcome::granted) == 1);
    auto query = connection_.query(QueryText(select_events)
                                       .then(" WHERE account = ? AND action = 23 AND outcome = 1"
                                             " AND time > ? AND time <= ? ORDER BY time"),
                                   account, from, until);
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return {};
        const auto row = reader_.row(query);
        if (!row) return failure(row.error());
        if (!visit(row->event)) return {};
    }
}

Result<std::optional<Ledger::Head>> Ledger::head() {
    const auto chain_id = chain();
    if (!chain_id) return failure(chain_id.error());
    if (!*chain_id) return std::nullopt;
    const auto last = head(**chain_id);
    if (!last) return failure(last.error());
    return std::optional(*last);
}

}  // namespace consign::ledger
