// The door where no daemon runs: the command opens the store itself, under the same lock, and runs
// the same code as the daemon would.
#pragma once

#include <memory>

#include "admin/door.hpp"

namespace consign::admin {

/// For root, a child takes on the data folder's owner, so that no file in it becomes root's, and
/// holds the store; this process stays root's, and reads and writes what its caller named. Acts are
/// recorded under the name of who called. A Failure where the policy or the store does not load,
/// a daemon holds the lock, or --data names another folder.
[[nodiscard]] Outcome<std::unique_ptr<Door>> open_offline_store(const Command& command);
/// The same, over an empty database, which it makes where consign.db is lost. One that is there
/// stays as it is: `recover.database` tells it from one that was only just made.
[[nodiscard]] Outcome<std::unique_ptr<Door>> open_with_new_database(const Command& command);

}  // namespace consign::admin
