// A partner's FTPS server: explicit TLS (AUTH TLS), or implicit on port 990; TLS is verified, on
// the data connections, too.
#pragma once

#include "base/secret.hpp"
#include "daemon/workers/delivery/far_end.hpp"

namespace consign::delivery {

/// Logs in.
[[nodiscard]] Result<std::unique_ptr<FarEnd>> open_ftps(const policy::Target& target,
                                                        SecretText password, Stop& stop,
                                                        Pace& pace);

}  // namespace consign::delivery
