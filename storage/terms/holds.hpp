// Holds: what may not be destroyed, whatever its term, until an administrator lifts the hold. A
// hold binds the content of one file, all that an account deposited, or all that is about a
// subject, and also what comes later; whether one binds a file is the catalog's to tell
// (Catalog::hold_on), with nothing unsealed. Its words (what it is about, the case, the reason) are
// a sealed cell. One that has a case is a claim: it suspends the terms of what it binds
// (Catalog::claims_on). A hold that was lifted stays as a row. Lives on one connection, and changes
// on the writer thread alone. Errors: the database's, or keyring_errc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"

namespace consign::database {
class Connection;
class Statement;
}  // namespace consign::database

namespace consign::terms {

using HoldId = std::int64_t;

struct Hold {
    HoldId id = 0;
    // One of the three.
    std::int64_t file = 0;     // of the catalog; 0: none
    std::int64_t subject = 0;  // of the catalog; 0: none
    std::string account{};     // empty: none
    Timestamp made{};
    std::string made_by{};
    std::string about{};        // as it was asked for: a path, an id, AUTHORITY/ID, an account
    std::string case_number{};  // of the proceedings that it is for; may be empty
    std::string reason{};
    std::optional<Timestamp> lifted{};
    std::string lifted_by{}, lift_reason{};
    bool is_claim = false;       // it is for proceedings, and suspends terms
    bool words_altered = false;  // what it is about, case and reasons cannot be read; yet it binds
};

class Holds {
  public:
    Holds(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random);

    /// All but `id` and what tells of its end is taken from `hold`.
    [[nodiscard]] Result<HoldId> add(const Hold& hold);
    /// False where there is none, or it was lifted before.
    [[nodiscard]] Result<bool> lift(const Hold& hold, Timestamp now, const std::string& by,
                                    const std::string& reason);
    /// Up to `limit` with greater ids than `after`; those that bind alone, or lifted ones, too.
    [[nodiscard]] Result<std::vector<Hold>> list(HoldId after, bool lifted_too, std::size_t limit);
    [[nodiscard]] Result<std::optional<Hold>> find(HoldId id);
    /// Does any bind? Costs nothing.
    [[nodiscard]] Result<bool> any();
    /// How many bind.
    [[nodiscard]] Result<std::uint64_t> count();
    /// A file without a class arrives about a subject: the holds on that bind it from now on.
    [[nodiscard]] Result<> bind_arrival(std::int64_t file, std::int64_t subject);

  private:
    [[nodiscard]] Result<std::vector<Hold>> holds_of(database::Statement query);

    database::Connection& connection_;
    const keyring::Keyring& keys_;
    database::SealedCells cells_;
};

}  // namespace consign::terms
