// Strays: sealed files in the vault that no row knows (is_known_stream). They are left where a
// database was put back to an older copy, or is lost; and where the daemon was killed between the
// seal of a deposit and its row, and what was left of that upload has ended since.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <vector>

#include "desk/site/site.hpp"

namespace consign::desk {

/// Those whose id begins with this byte, in order: a part that fits into memory.
[[nodiscard]] boost::asio::awaitable<Result<std::vector<Id>>> strays_in(Site& site,
                                                                        std::uint8_t first_byte);

}  // namespace consign::desk
