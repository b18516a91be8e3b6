// Which files a deadline is about: a pure function of an expectation's times.
#pragma once

#include "policy/policy.hpp"

namespace consign::policy {

/// Files of (from, until] count for it.
struct CountedTime {
    Timestamp from{}, until{};
    bool operator==(const CountedTime&) const = default;
};

/// From the deadline before to `deadline`, one of `expect`'s. What comes behind the close of the
/// last `window` before a deadline counts for the next: nobody could collect it.
[[nodiscard]] CountedTime counted_time(const Deadline& expect, const Schedule& window,
                                       Timestamp deadline);

}  // namespace consign::policy
