// How long something that failed is left alone.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/random.hpp"

namespace consign::daemon {

/// Doubles with each failure, up to `most`; a random part of up to a half is taken off, so that
/// those who failed together do not come back together.
struct Backoff {
    std::chrono::seconds first{30};
    std::chrono::seconds most{60 * 60};

    /// `failures`: so far, at least 1.
    [[nodiscard]] std::chrono::microseconds after(std::uint64_t failures,
                                                  RandomSource& random) const;
};

}  // namespace consign::daemon
