// Is the content that a row is about still here, so that nothing may have forgotten its personal
// fields? docs/formats/ledger.md, "Erased fields".
#pragma once

#include <cstdint>
#include <string_view>

#include "base/id.hpp"
#include "base/result.hpp"

namespace consign::database {
class Connection;
}

namespace consign::ledger {

/// The detail of the row `quarantined` with which a stray comes back. It is read back: never change
/// it.
inline constexpr std::string_view stray_recovered = "no row of the database knew it";

/// False also where the content was a stray after the row, and came back since: what was forgotten
/// meanwhile was so by right.
[[nodiscard]] Result<bool> is_kept_since(database::Connection& connection, std::int64_t sequence,
                                         const Id& stream);

}  // namespace consign::ledger
