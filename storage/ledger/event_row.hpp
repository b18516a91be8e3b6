// An event as it stands in the ledger, and the opening of its sealed fields. Errors: keyring_errc,
// or the database's.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/ledger/event.hpp"
#include "storage/ledger/personal_cell.hpp"

namespace consign::database {
class Statement;
}

namespace consign::ledger {

struct EventRow {
    std::int64_t sequence = 0;
    Event event;  // personal fields empty where they cannot be read
    /// False where the period's key was destroyed, or the fields overwritten: they are forgotten.
    bool personal_readable = true;
    /// True where the sealed fields were changed, moved from another row, or are not those that the
    /// row commits to; they are not given out then, and personal_readable is false.
    bool personal_altered = false;
    Digest32 hash{};
};

/// On one connection; one thread at a time.
class EventReader {
  public:
    EventReader(const keyring::Keyring& keys, RandomSource& random);

    /// The row where `query`, of select_events, stands.
    [[nodiscard]] Result<EventRow> row(const database::Statement& query);
    /// The same, but for the personal fields, which are left out as if they could not be read.
    [[nodiscard]] static EventRow sealed_row(const database::Statement& query);
    /// Opens the fields of a row that sealed_row made, where `query` still stands.
    [[nodiscard]] Result<> open(EventRow& row, const database::Statement& query);

  private:
    database::SealedCells cells_;
};

}  // namespace consign::ledger
