// Strays: sealed files in the vault that no row of the database knows. They are left where a
// database was put back to an older copy, or is lost; and where the daemon was killed between the
// seal of a deposit and its row, and what was left of that upload has ended since.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <vector>

#include "desk/site/site.hpp"

namespace consign::desk {

/// True where no row leads to the stream, neither a file's, nor that of an upload whose deposit is
/// about to be recorded.
[[nodiscard]] Result<bool> is_stray(Transaction& transaction, const Id& stream);

/// Those whose id begins with this byte, in order: a part that fits into memory.
[[nodiscard]] boost::asio::awaitable<Result<std::vector<Id>>> strays_in(Site& site,
                                                                        std::uint8_t first_byte);

}  // namespace consign::desk
