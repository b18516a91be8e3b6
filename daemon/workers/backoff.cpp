#include "daemon/workers/backoff.hpp"

#include <array>

namespace consign::daemon {

std::chrono::microseconds Backoff::after(std::uint64_t failures, RandomSource& random) const {
    const auto doublings = std::min<std::uint64_t>(failures == 0 ? 0 : failures - 1, 30);
    const auto whole = std::min(std::chrono::microseconds(first) * (std::int64_t{1} << doublings),
                                std::chrono::microseconds(most));
    std::array<std::uint8_t, 1> part{};
    random.fill(part);
    return whole - whole * part[0] / 512;
}

}  // namespace consign::daemon
