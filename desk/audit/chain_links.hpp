// Whether rows of the ledger are what its chain commits to, as cheaply as what is made of a few of
// them needs it: each is held against its own hash and that of the row before it, and, where that
// is asked for, the chain is followed on to the next checkpoint of the site's key. All of it is
// what `consign audit verify` looks at. In one transaction; what was looked at is remembered.
#pragma once

#include <map>
#include <optional>

#include "base/ed25519.hpp"
#include "storage/store.hpp"

namespace consign::desk {

class ChainLinks {
  public:
    /// How far it is followed: a checkpoint further on vouches for nothing here.
    static constexpr std::int64_t follow_limit = 10'000;

    ChainLinks(Transaction& transaction, const Ed25519PublicKey& witness)
        : transaction_(transaction), witness_(witness) {}

    /// Is this row, as it stands, what its hash and the row before it say? False also where one of
    /// the two is missing.
    [[nodiscard]] Result<bool> holds(std::int64_t sequence);

    enum class Standing : std::uint8_t {
        altered,     // it, or a row up to the next checkpoint, is not what was chained
        on_its_own,  // it holds, and no checkpoint within reach vouches for it (yet)
        vouched
    };
    [[nodiscard]] Result<Standing> standing(std::int64_t sequence);

  private:
    [[nodiscard]] Result<std::optional<ledger::Marker>> before(std::int64_t sequence);
    [[nodiscard]] Result<std::optional<ledger::Marker>> next_vouched(std::int64_t sequence);
    [[nodiscard]] Result<Standing> follow(std::int64_t sequence);

    Transaction& transaction_;
    Ed25519PublicKey witness_;
    std::map<std::int64_t, bool> held_;
    std::map<std::int64_t, Standing> followed_;
};

}  // namespace consign::desk
