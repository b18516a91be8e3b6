// A TCP connection, made within a time, and cut short by a stop.
#pragma once

#include <cstdint>
#include <string>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "daemon/workers/delivery/stop.hpp"

namespace consign::delivery {

/// Blocks. To the first of the host's addresses that answers. delivery_errc::unreachable, stopped.
[[nodiscard]] Result<Descriptor> connected_socket(const std::string& host, std::uint16_t port,
                                                  Stop& stop);

}  // namespace consign::delivery
