#include "daemon/workers/delivery/pace.hpp"

#include <algorithm>

#include "daemon/workers/delivery/errc.hpp"

namespace consign::delivery {

using Time = std::chrono::steady_clock;

namespace {

/// After so long at the most it is looked what the rate is now.
constexpr std::chrono::seconds step{1};

}  // namespace

Pace::Pace(std::optional<std::uint64_t> bytes_per_second)
    : rate_(bytes_per_second.value_or(0)),
      bucket_(std::max<std::uint64_t>(1, bytes_per_second.value_or(0)), Time::now()) {}

void Pace::set(std::optional<std::uint64_t> bytes_per_second) {
    rate_ = bytes_per_second.value_or(0);
}

Result<> Pace::take(std::uint64_t bytes, Stop& stop) {
    if (stop.asked()) return failure(delivery_errc::stopped);
    if (rate_ == 0) return {};
    const std::uint64_t place = bucket_.queue(bytes);
    for (;;) {
        const std::uint64_t rate = rate_;
        if (rate == 0) return {};
        const auto left = bucket_.left(place, rate, Time::now());
        if (left <= Time::duration::zero()) return {};
        if (!stop.sleep(std::min<Time::duration>(left, step)))
            return failure(delivery_errc::stopped);
    }
}

}  // namespace consign::delivery
