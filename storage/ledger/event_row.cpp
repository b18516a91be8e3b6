#include "storage/ledger/event_row.hpp"

#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/ledger/commitment.hpp"
#include "storage/ledger/event_columns.hpp"

namespace consign::ledger {

EventReader::EventReader(const keyring::Keyring& keys, RandomSource& random)
    : cells_(keys, keyring::Purpose::ledger_period, random) {}

EventRow EventReader::sealed_row(const database::Statement& query) {
    EventRow row;
    row.sequence = query.integer(sequence_column);
    row.event = event_of(query);
    row.personal_readable = false;
    row.hash = query.digest(hash_column);
    return row;
}

Result<> EventReader::open(EventRow& row, const database::Statement& query) {
    using State = PersonalCell::State;
    const auto cell = read_personal(cells_, query);
    if (!cell) return failure(cell.error());
    auto personal = cell->state == State::opened
                        ? open_commitments(query.blob(commitments_column), cell->openings)
                        : std::nullopt;
    row.personal_altered =
        cell->state == State::altered || (cell->state == State::opened && !personal);
    row.personal_readable = cell->state == State::none || personal.has_value();
    if (personal) row.event.personal = std::move(*personal);
    return {};
}

Result<EventRow> EventReader::row(const database::Statement& query) {
    EventRow row = sealed_row(query);
    if (const auto opened = open(row, query); !opened) return failure(opened.error());
    return row;
}

}  // namespace consign::ledger
