// Making checkpoints of the ledger, and holding the ledger against them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>

#include "desk/audit/checkpoint.hpp"
#include "desk/site/site.hpp"

namespace consign::desk {

/// Vouches for the chain as it ends now: a row of the database, and a line of the data folder's
/// file (DataFolder::checkpoints_in). Nothing
/// where the site has no witness key, or nothing happened since the last one. What the last
/// checkpoint vouched for, and each row since, is looked at first: a chain that was changed since
/// is never signed (ledger_errc::not_what_was_vouched_for). Other errors: the store's, or the
/// file's; a line that could not be written is made good by the next one.
[[nodiscard]] boost::asio::awaitable<Result<>> make_checkpoint(Site& site);

/// Tells whom `alert` of consign.yaml names that the ledger is not what was vouched for.
[[nodiscard]] boost::asio::awaitable<void> tell_of_changed_ledger(Site& site);

/// Where the chain ends, and where it ended at the last checkpoint.
struct CheckpointState {
    std::int64_t rows = 0, vouched = 0;
};
[[nodiscard]] boost::asio::awaitable<Result<CheckpointState>> checkpoint_state(Site& site);

}  // namespace consign::desk
