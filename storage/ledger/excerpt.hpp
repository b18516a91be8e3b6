// The ledger as it is shown to an auditor: rows as they stand, also where somebody changed them,
// with what opens the commitments of those in scope: docs/formats/export.md. It lives on one
// connection, and changes nothing. Errors: keyring_errc, or the database's.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/ledger/commitment.hpp"
#include "storage/ledger/event.hpp"

namespace consign::ledger {

/// Rows about one person: about these contents, or naming the person in their own `subject`.
struct ExcerptPerson {
    std::string subject;
    std::set<Id> streams;
};

/// Which rows are shown whole: those that all of these hold for; without any, every row.
struct ExcerptScope {
    std::optional<std::string> account{};
    std::optional<Timestamp> from{}, until{};  // [from, until)
    std::optional<Id> stream{};                // about this content
    std::optional<ExcerptPerson> person{};
};

enum class Openings : std::uint8_t {
    none,  // the row has no personal fields, or is out of scope
    opened,
    forgotten,  // their key was destroyed, or they were
    altered     // not what the row commits to; or overwritten, and the file is still here
};

struct ExcerptRow {
    std::int64_t sequence = 0;
    Bytes bytes;               // row bytes of ledger.md, made of what stands in the columns
    Digest32 hash{};           // as it stands
    bool is_canonical = true;  // false: a column holds what those bytes cannot say
    bool in_scope = false;
    Openings openings = Openings::none;
    std::vector<OpenedField> fields{};  // of a row whose openings are `opened`
};

class Excerpt {
  public:
    Excerpt(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random);

    /// The rows numbered `first` to `last`, in order: about as many as make `size_bytes`, one at
    /// least. Empty: there are none.
    [[nodiscard]] Result<std::vector<ExcerptRow>> rows(const Id& chain, const ExcerptScope& scope,
                                                       std::int64_t first, std::int64_t last,
                                                       std::size_t size_bytes);
    /// The number of the first row of this time or later, or of all; nothing where there is none.
    [[nodiscard]] Result<std::optional<std::int64_t>> first_since(std::optional<Timestamp> time);
    /// Does a row behind this one tell of fields that were forgotten?
    [[nodiscard]] Result<bool> forgets_after(std::int64_t sequence);
    /// The number and hash of the last row; nothing where there is none.
    struct End {
        std::int64_t sequence = 0;
        Digest32 hash{};
    };
    [[nodiscard]] Result<std::optional<End>> end();

  private:
    [[nodiscard]] Result<> forgotten(ExcerptRow& row, const database::Statement& query);
    [[nodiscard]] Result<> open(ExcerptRow& row, const database::Statement& query);
    [[nodiscard]] Result<ExcerptRow> row_of(const Id& chain, const ExcerptScope& scope,
                                            const database::Statement& query);

    database::Connection& connection_;
    database::SealedCells cells_;
};

}  // namespace consign::ledger
