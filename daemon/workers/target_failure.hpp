// A target could not be connected to: how bad that is, and how long it is left alone. One that is
// logged into anew for each file may be so in mid-batch.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "desk/site/site.hpp"
#include "policy/policy.hpp"

namespace consign::daemon {

/// All of the policy that decides whether it can be connected to: another text may have mended it.
[[nodiscard]] std::string means_of(const policy::Target& target);

/// `why`: of delivery::connect, or one that is_of_target(). A failure to note it is logged.
[[nodiscard]] boost::asio::awaitable<void> note_failure_to_connect(desk::Site& site,
                                                                   Literal account,
                                                                   policy::Target target,
                                                                   std::error_code why);
/// It lets us in, and does what it is asked. A failure to note it is logged.
[[nodiscard]] boost::asio::awaitable<void> note_as_well(desk::Site& site, Literal account,
                                                        policy::Target target);

}  // namespace consign::daemon
