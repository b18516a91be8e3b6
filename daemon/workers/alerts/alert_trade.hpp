// Whose trade is to tell alarms: jobs of Kind::alert.
#pragma once

#include <memory>

#include "daemon/workers/alerts/teller.hpp"
#include "daemon/workers/queue_worker.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

/// Each alarm is told at least once through each channel, under its own id, and its telling is an
/// event. A channel that the policy has no longer ends its jobs, with an event. Those that fail for
/// good raise no further alarm: `consign jobs` has them.
[[nodiscard]] QueueWorker::Trade alert_trade(desk::Site& site);

}  // namespace consign::daemon
