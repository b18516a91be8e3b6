// Whether the ledger is what was written, found with no key: docs/formats/ledger.md, "Chain".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace consign::ledger {

/// The hash that a row had when somebody vouched for it: a checkpoint's word.
struct Marker {
    std::int64_t sequence = 0;
    Digest32 hash{};
};

/// What happened to the first row that does not fit.
enum class Damage : std::uint8_t {
    changed,    // it, or the row before it together with its hash
    removed,    // rows before it
    inserted,   // it, or rows just before it
    reordered,  // it stands in another's place
    cut,        // it and all after it, which a marker vouches for
    rewritten,  // the chain fits, and is not the one that a marker vouches for
    nameless,   // the chain's id is gone
    erased      // the chain fits; but not the row's personal fields (completeness.hpp)
};
[[nodiscard]] std::string_view name_of(Damage damage);

struct Verification {
    std::int64_t rows = 0;                  // that fit, from the first on
    Digest32 head{};                        // the hash of the last of them
    std::optional<std::int64_t> first_bad;  // sequence
    std::optional<Damage> damage;
    std::string why;  // for people; empty where all is well
    /// Up to here the rows are those that a marker vouches for. What came after the last marker
    /// could have been computed anew by whoever can write the table.
    std::int64_t vouched = 0;
};

}  // namespace consign::ledger
