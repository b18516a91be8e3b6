// What the desk does without a peer: made good at the start, and looked after once in a while. Each
// act stands in the ledger, under a system account.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "desk/site/site.hpp"

namespace consign::desk {

/// At the start, before the first session: ends the sessions that a crash left open, sweeps
/// staging/ (and nothing else), destroys what was doomed, makes the folders that the policy names.
[[nodiscard]] boost::asio::awaitable<Result<>> recover(Site& site);

/// Every `housekeeping_interval`: drops the unfinished uploads that were kept long enough,
/// puts temporary names that were into quarantine, destroys what could not be when it was due,
/// tells of deposits that wait for too long, writes the counts of refusals, and indexes what an
/// older version wrote into the ledger.
inline constexpr std::chrono::seconds housekeeping_interval{10};
[[nodiscard]] boost::asio::awaitable<void> look_after(Site& site);

/// At the stop, after the last session: the counts of refusals, and the daemon's own last event.
[[nodiscard]] boost::asio::awaitable<void> close(Site& site);

/// Makes the folders that the policy in force names; after a reload, too.
[[nodiscard]] boost::asio::awaitable<Result<>> make_folders(Site& site);

}  // namespace consign::desk
