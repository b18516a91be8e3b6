// `consignd -t`: whether a start would succeed, as far as that shows without one.
#pragma once

#include "policy/policy.hpp"

namespace consign::daemon {

/// Reads the site's keys, its data folder and what its listeners name. Changes nothing and takes no
/// lock: a daemon may be at work. As root, this process becomes the owner of the data folder, as
/// whom the daemon runs. Tells on standard error what it could not read; throws StartFailure.
void check_start(const policy::Policy& policy);

}  // namespace consign::daemon
