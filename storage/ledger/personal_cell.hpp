// The sealed cell of a row's personal fields, as it stands: one reading of it, for all who open
// one. docs/formats/ledger.md, "Personal fields".
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"

namespace consign::database {
class Statement;
}

namespace consign::ledger {

[[nodiscard]] database::CellPlace personal_cell(std::int64_t sequence);

struct PersonalCell {
    enum class State : std::uint8_t {
        none,       // the row commits to no field, and has none
        opened,     // whether these are what the row commits to is for the reader to ask
        forgotten,  // its key is gone; or, of a row about a file, it is zeros
        altered     // it is none that was ever written there
    };
    State state = State::none;
    Bytes openings{};
};

/// Where `query`, of select_events, stands. Errors: keyring_errc, or the database's.
[[nodiscard]] Result<PersonalCell> read_personal(database::SealedCells& cells,
                                                 const database::Statement& query);

}  // namespace consign::ledger
