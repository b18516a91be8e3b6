// Of the deliveries to a target that has instants: those whose instant has come, whatever was
// deposited since. Errors: the database's.
#pragma once

#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/queue/queue.hpp"

namespace consign::targets {

struct Scheduled {
    std::string_view target;
    Timestamp now{};
    Timestamp made_until{};  // later ones wait
    // Made at a time that is still to come, by a clock that has been put back since: those go, too.
    bool made_to_come = false;
};

/// Up to `limit` that wait and are due, the earliest first.
[[nodiscard]] Result<std::vector<queue::JobId>> scheduled(database::Connection& connection,
                                                          const Scheduled& which,
                                                          std::size_t limit);

}  // namespace consign::targets
