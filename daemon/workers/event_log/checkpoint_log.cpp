#include "daemon/workers/event_log/checkpoint_log.hpp"

#include <unistd.h>

#include "daemon/workers/event_log/event_line.hpp"
#include "desk/audit/checkpoint.hpp"

namespace consign::daemon {

CheckpointLog::CheckpointLog(const boost::asio::any_io_executor& strand, desk::Site& site,
                             Sockets sockets)
    : Follower(strand, site, std::move(sockets),
               {.bookmark = "checkpoint_log",
                .fails = "checkpoints could not be written to the system's log",
                .works_again = "checkpoints are written to the system's log again"}) {}

policy::EventLog CheckpointLog::to(const policy::Policy& policy) const {
    return policy.ledger.checkpoints_to;
}

Result<std::int64_t> CheckpointLog::beginning(Transaction& transaction) const {
    const auto last = transaction.ledger.last_checkpoint();
    if (!last) return failure(last.error());
    return *last ? (*last)->sequence - 1 : 0;
}

Result<std::vector<Follower::Entry>> CheckpointLog::behind(Transaction& transaction,
                                                           std::int64_t place,
                                                           const policy::Policy& policy) const {
    const auto checkpoints = transaction.ledger.checkpoints(place, batch_limit);
    if (!checkpoints) return failure(checkpoints.error());
    std::vector<Entry> entries;
    for (const auto& one : *checkpoints) {
        const SignedLine checkpoint{
            .sequence = one.sequence,
            .time = desk::from_checkpoint_text(one.text).value_or(desk::Checkpoint()).time,
            .line = desk::checkpoint_line(one.text, one.signature)};
        entries.push_back({one.sequence, to(policy) == policy::EventLog::journald
                                             ? journal_entry(checkpoint)
                                             : syslog_line(checkpoint, host(), ::getpid())});
    }
    return entries;
}

}  // namespace consign::daemon
