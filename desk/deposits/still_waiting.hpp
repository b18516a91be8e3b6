// Deposits that wait for too long for what would make them complete: somebody has to hear of them.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "desk/site/site.hpp"

namespace consign::desk {

/// Raises one alarm, `deposits_wait`, for all that have waited for longer than
/// `limits.unfinished_uploads_kept` since the last time. Each is told of once, and goes on waiting.
[[nodiscard]] boost::asio::awaitable<void> tell_of_still_waiting(Site& site);

}  // namespace consign::desk
