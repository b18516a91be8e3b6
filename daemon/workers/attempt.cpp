#include "daemon/workers/attempt.hpp"

#include <fmt/format.h>

#include "desk/site/system_event.hpp"

namespace consign::daemon {

static_assert(Backoff{}.most <= queue::longest_delay);

boost::asio::awaitable<bool> record_failure(desk::Site& site, Literal account,
                                            const Patience& patience, queue::Job job,
                                            Attempt came) {
    const std::uint64_t failures = job.attempts + 1;
    const bool is_last = came.end == Attempt::End::hopeless || failures >= patience.attempts_limit;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        auto event = desk::system_event(
            site, is_last ? ledger::Action::job_buried : ledger::Action::job_failed, account);
        event.outcome = ledger::Outcome::failed;
        event.detail = fmt::format("{} job {}, attempt {}: {}", queue::name_of(job.kind), job.id,
                                   failures, came.why);
        if (job.file != 0)
            if (const auto stream = transaction.catalog.stream_of(job.file)) event.stream = *stream;
        if (!is_last) {
            const auto due = event.time + patience.backoff.after(failures, site.random);
            if (auto put_off = transaction.queue.put_off(job.id, due, came.why); !put_off)
                return put_off;
        } else {
            if (auto buried = transaction.queue.bury(job.id, event.time, came.why); !buried)
                return buried;
            if (auto told = patience.when_buried(transaction, job); !told) return told;
        }
        return desk::append(transaction, event);
    });
    // It may have been cancelled meanwhile.
    if (done || done.error() == queue::queue_errc::no_such_job) co_return true;
    site.log.error("the failure of a job could not be recorded",
                   {{"job", job.id}, {"why", done.error()}});
    co_return false;
}

}  // namespace consign::daemon
