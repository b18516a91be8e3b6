#include "storage/ledger/excerpt.hpp"

#include <algorithm>
#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/kept_stream.hpp"
#include "storage/ledger/personal_cell.hpp"
#include "storage/ledger/query_text.hpp"
#include "storage/ledger/row.hpp"

namespace consign::ledger {

namespace {

/// What the columns of the row itself say; the person's own field is asked for after.
bool may_be_in_scope(const ExcerptScope& scope, const Event& event) {
    if (scope.account && event.account != *scope.account) return false;
    if (scope.from && event.time < *scope.from) return false;
    if (scope.until && event.time >= *scope.until) return false;
    return !scope.stream || event.stream == *scope.stream;
}

bool names(const std::vector<OpenedField>& fields, const std::string& subject) {
    return std::ranges::any_of(fields, [&subject](const OpenedField& field) {
        return field.name == "subject" && field.value == subject;
    });
}

}  // namespace

Excerpt::Excerpt(database::Connection& connection, const keyring::Keyring& keys,
                 RandomSource& random)
    : connection_(connection), cells_(keys, keyring::Purpose::ledger_period, random) {}

Result<> Excerpt::forgotten(ExcerptRow& row, const database::Statement& query) {
    row.openings = Openings::forgotten;
    if (database::key_of_cell(query.blob(personal_column)) != 0) return {};
    const auto kept = is_kept_since(connection_, row.sequence, query.id(stream_column));
    if (!kept) return failure(kept.error());
    if (*kept) row.openings = Openings::altered;
    return {};
}

Result<> Excerpt::open(ExcerptRow& row, const database::Statement& query) {
    const auto cell = read_personal(cells_, query);
    if (!cell) return failure(cell.error());
    switch (cell->state) {
        case PersonalCell::State::none:
            return {};
        case PersonalCell::State::forgotten:
            return forgotten(row, query);
        case PersonalCell::State::altered:
            row.openings = Openings::altered;
            return {};
        case PersonalCell::State::opened:
            break;
    }
    auto fields = opened_fields(query.blob(commitments_column), cell->openings);
    row.openings = fields ? Openings::opened : Openings::altered;
    if (fields) row.fields = *std::move(fields);
    return {};
}

Result<ExcerptRow> Excerpt::row_of(const Id& chain, const ExcerptScope& scope,
                                   const database::Statement& query) {
    const Event event = event_of(query);
    ExcerptRow row;
    row.sequence = query.integer(sequence_column);
    row.bytes = row_bytes(chain, row.sequence, event, query.blob(commitments_column));
    row.hash = query.digest(hash_column);
    row.is_canonical = is_canonical(query);
    if (!may_be_in_scope(scope, event)) return row;
    if (const auto done = open(row, query); !done) return failure(done.error());
    row.in_scope = !scope.person || scope.person->streams.contains(event.stream) ||
                   names(row.fields, scope.person->subject);
    if (!row.in_scope) {
        row.openings = Openings::none;
        row.fields.clear();
    }
    return row;
}

Result<std::vector<ExcerptRow>> Excerpt::rows(const Id& chain, const ExcerptScope& scope,
                                              std::int64_t first, std::int64_t last,
                                              std::size_t size_bytes) {
    auto query = connection_.query(
        QueryText(select_events).then(" WHERE sequence >= ? AND sequence <= ? ORDER BY sequence"),
        first, last);
    std::vector<ExcerptRow> rows;
    for (std::size_t taken = 0; taken < size_bytes;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) break;
        auto row = row_of(chain, scope, query);
        if (!row) return failure(row.error());
        taken += row->bytes.size();
        for (const OpenedField& field : row->fields) taken += field.value.size();
        rows.push_back(*std::move(row));
    }
    return rows;
}

Result<std::optional<std::int64_t>> Excerpt::first_since(std::optional<Timestamp> time) {
    auto query =
        time ? connection_.query(
                   "SELECT min(sequence) FROM events INDEXED BY events_by_time WHERE time >= ?",
                   *time)
             : connection_.query("SELECT min(sequence) FROM events");
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (query.is_null(0)) return std::nullopt;
    return query.integer(0);
}

Result<bool> Excerpt::forgets_after(std::int64_t sequence) {
    auto query =
        connection_.query("SELECT 1 FROM events WHERE sequence > ? AND action = ? LIMIT 1",
                          sequence, std::int64_t{std::to_underlying(Action::fields_forgotten)});
    return query.next();
}

Result<std::optional<Excerpt::End>> Excerpt::end() {
    auto query =
        connection_.query("SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1");
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return End{query.integer(0), query.digest(1)};
}

}  // namespace consign::ledger
