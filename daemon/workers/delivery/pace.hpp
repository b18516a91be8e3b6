// How fast bytes go to and from one target, over all its connections: its `rate`.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "daemon/workers/delivery/stop.hpp"
#include "desk/site/rate.hpp"

namespace consign::delivery {

/// From any thread.
class Pace {
  public:
    explicit Pace(std::optional<std::uint64_t> bytes_per_second = std::nullopt);

    void set(std::optional<std::uint64_t> bytes_per_second);
    /// Blocks until so many bytes may go. delivery_errc::stopped.
    [[nodiscard]] Result<> take(std::uint64_t bytes, Stop& stop);

  private:
    std::atomic<std::uint64_t> rate_;  // 0: none
    desk::TokenBucket bucket_;
};

}  // namespace consign::delivery
