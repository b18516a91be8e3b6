// The end of a job, in the transaction that holds its effect.
#pragma once

#include "desk/site/site.hpp"

namespace consign::desk {

/// Content that nothing but the job needed is doomed by this. queue_errc::no_such_job where it has
/// ended already: what the transaction did must not be done twice, so it is undone.
[[nodiscard]] Result<> end_job(Transaction& transaction, const queue::Job& job,
                               std::vector<Id>& doomed);

}  // namespace consign::desk
