#include "storage/ledger/personal_cell.hpp"

#include <algorithm>
#include <utility>

#include "storage/database/errc.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/ledger/commitment.hpp"
#include "storage/ledger/event_columns.hpp"

namespace consign::ledger {

database::CellPlace personal_cell(std::int64_t sequence) {
    return {.table = "events", .column = "personal", .row = sequence};
}

Result<PersonalCell> read_personal(database::SealedCells& cells, const database::Statement& query) {
    using State = PersonalCell::State;
    if (query.is_null(personal_column)) {
        const bool has_fields =
            !std::ranges::equal(query.blob(commitments_column), commitments({}));
        return PersonalCell{.state = has_fields ? State::altered : State::none};
    }
    const ByteView cell = query.blob(personal_column);
    auto opened = cells.open(personal_cell(query.integer(sequence_column)), cell);
    if (opened) return PersonalCell{.state = State::opened, .openings = *std::move(opened)};
    if (opened.error() == database::database_errc::altered_cell)
        return PersonalCell{.state = State::altered};
    if (opened.error() != keyring::keyring_errc::no_such_key) return failure(opened.error());
    // Only what is about a file is overwritten; the rest goes with its key.
    const bool is_overwritten = database::key_of_cell(cell) == 0;
    const bool is_right =
        !is_overwritten || (!query.id(stream_column).is_nil() &&
                            std::ranges::all_of(cell, [](std::uint8_t byte) { return byte == 0; }));
    return PersonalCell{.state = is_right ? State::forgotten : State::altered};
}

}  // namespace consign::ledger
