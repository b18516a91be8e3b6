// A job that went on failing is told to those whom consign.yaml's `alert` names.
#pragma once

#include "desk/site/site.hpp"

namespace consign::daemon {

/// For QueueWorker::Trade::when_buried.
[[nodiscard]] std::function<Result<>(Transaction&, const queue::Job&)> tell_of_dead_letter(
    desk::Site& site, Literal account);

}  // namespace consign::daemon
