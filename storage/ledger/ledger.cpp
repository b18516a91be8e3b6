#include "storage/ledger/ledger.hpp"

#include <algorithm>
#include <utility>

#include "storage/database/errc.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/ledger/commitment.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/query_text.hpp"
#include "storage/ledger/row.hpp"

namespace consign::ledger {

namespace {

database::CellPlace personal_cell(std::int64_t sequence) {
    return {.table = "events", .column = "personal", .row = sequence};
}

}  // namespace

Ledger::Ledger(database::Connection& connection, keyring::Keyring& keys, RandomSource& random)
    : connection_(connection),
      keys_(keys),
      random_(random),
      cells_(keys, keyring::Purpose::ledger_period, random) {}

// The chain's id and head are read from the tables each time: a job that is rolled back would leave
// a copy in memory ahead of them.
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
    const Id made = Id::random(random_);
    if (const auto done = connection_.run("INSERT INTO chain (only, id) VALUES (1, ?)", made);
        !done)
        return failure(done.error());
    return made;
}

Result<Ledger::Last> Ledger::head(const Id& chain) {
    auto query =
        connection_.query("SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1");
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return Last{0, chain_start(chain)};
    return Last{query.integer(0), query.digest(1)};
}

Result<std::optional<Bytes>> Ledger::seal_personal(std::int64_t sequence, Timestamp time,
                                                   ByteView openings) {
    const auto key = keys_.period_key_for(time);
    if (!key) return failure(key.error());
    auto cell = cells_.seal(personal_cell(sequence), *key, openings);
    if (!cell) return failure(cell.error());
    return std::move(*cell);
}

Result<std::int64_t> Ledger::append(const Event& event) {
    const auto chain_id = chain_or_new();
    if (!chain_id) return failure(chain_id.error());
    const auto last = head(*chain_id);
    if (!last) return failure(last.error());

    const std::int64_t sequence = last->sequence + 1;
    const auto fields = salted(event.personal, random_);
    const Bytes committed = commitments(fields);
    std::optional<Bytes> personal;
    if (!fields.empty()) {
        auto sealed = seal_personal(sequence, event.time, openings(fields));
        if (!sealed) return failure(sealed.error());
        personal = std::move(*sealed);
    }
    const Digest32 hash = chain_hash(last->hash, row_bytes(*chain_id, sequence, event, committed));
    const auto done = connection_.run(
        "INSERT INTO events (sequence, time, action, outcome, session, account, protocol, rule,"
        " detail, stream, bytes, count, policy, commitments, personal, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        sequence, event.time, std::int64_t{std::to_underlying(event.action)},
        std::int64_t{std::to_underlying(event.outcome)}, event.session, event.account,
        event.protocol, event.rule, event.detail, event.stream, event.bytes, event.count,
        event.policy, committed, personal, hash);
    if (!done) return failure(done.error());
    return sequence;
}

Result<> Ledger::read_personal(EventRow& row, ByteView committed, ByteView cell) {
    const auto opened = cells_.open(personal_cell(row.sequence), cell);
    if (!opened && opened.error() == keyring::keyring_errc::no_such_key) {
        row.personal_readable = false;
        return {};
    }
    if (!opened && opened.error() != database::database_errc::altered_cell)
        return failure(opened.error());
    auto personal = opened ? open_commitments(committed, *opened) : std::nullopt;
    row.personal_altered = !personal;
    row.personal_readable = personal.has_value();
    if (personal) row.event.personal = std::move(*personal);
    return {};
}

Result<EventRow> Ledger::event_row(const database::Statement& query) {
    EventRow row;
    row.sequence = query.integer(sequence_column);
    row.event = event_of(query);
    row.hash = query.digest(hash_column);
    const ByteView committed = query.blob(commitments_column);
    const bool has_fields = !std::ranges::equal(committed, commitments({}));
    if (!has_fields && query.is_null(personal_column)) return row;
    if (const auto read = read_personal(row, committed, query.blob(personal_column)); !read)
        return failure(read.error());
    return row;
}

Result<std::vector<EventRow>> Ledger::events(const EventFilter& filter) {
    QueryText text(select_events);
    text.where(filter.account.has_value(), "account = ?");
    // A range that were not a subquery would have whole rows sorted in memory.
    const bool has_range = filter.from || filter.until;
    text.where(has_range, "sequence IN (SELECT sequence FROM events WHERE time >= ? AND time < ?)");
    text.where(filter.outcome.has_value(), "outcome = ?");
    text.where(filter.action.has_value(), "action = ?");
    text.where(filter.session.has_value(), "session = ?");
    // The second half is what the index of streams is limited to.
    text.where(filter.stream.has_value(),
               "stream = ? AND stream <> x'00000000000000000000000000000000'");
    auto query = connection_.query(text.then(" ORDER BY sequence DESC"));
    if (filter.account) query.bind(*filter.account);
    if (has_range) query.bind(filter.from.value_or(Timestamp::min()));
    if (has_range) query.bind(filter.until.value_or(Timestamp::max()));
    if (filter.outcome) query.bind(std::int64_t{std::to_underlying(*filter.outcome)});
    if (filter.action) query.bind(std::int64_t{std::to_underlying(*filter.action)});
    if (filter.session) query.bind(*filter.session);
    if (filter.stream) query.bind(*filter.stream);

    std::vector<EventRow> rows;
    while (rows.size() < filter.limit) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) break;
        auto row = event_row(query);
        if (!row) return failure(row.error());
        const Personal& personal = row->event.personal;
        const auto matches = [&](const std::string& path) {
            return !path.empty() && filter.path_matches(path);
        };
        if (!filter.path_matches || matches(personal.path) || matches(personal.second_path))
            rows.push_back(std::move(*row));
    }
    std::ranges::reverse(rows);
    return rows;
}

Result<std::vector<EventRow>> Ledger::after(std::int64_t sequence, std::size_t limit) {
    auto query = connection_.query(
        QueryText(select_events).then(" WHERE sequence > ? ORDER BY sequence LIMIT ?"), sequence,
        std::uint64_t{limit});
    std::vector<EventRow> rows;
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return rows;
        EventRow& row = rows.emplace_back();
        row.sequence = query.integer(sequence_column);
        row.event = event_of(query);
        row.personal_readable = false;
        row.hash = query.digest(hash_column);
    }
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
    auto query = connection_.query(
        QueryText(select_events)
            .then(" WHERE account = ? AND action = 23 AND time > ? AND time <= ? ORDER BY time"),
        account, from, until);
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return {};
        const auto row = event_row(query);
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
    return Head{**chain_id, last->sequence, last->hash};
}

}  // namespace consign::ledger
