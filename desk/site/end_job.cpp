#include "desk/site/end_job.hpp"

namespace consign::desk {

Result<> end_job(Transaction& transaction, const queue::Job& job, std::vector<Id>& doomed) {
    if (auto finished = transaction.queue.finish(job.id); !finished) return finished;
    if (job.file == 0) return {};
    const auto stream = transaction.catalog.doom_unneeded(job.file);
    if (!stream) return failure(stream.error());
    if (*stream) doomed.push_back(**stream);
    return {};
}

}  // namespace consign::desk
