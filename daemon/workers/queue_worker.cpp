#include "daemon/workers/queue_worker.hpp"

#include <fmt/format.h>

#include "base/fault_point.hpp"
#include "desk/alarm.hpp"
#include "desk/system_event.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
using queue::Job;

QueueWorker::QueueWorker(const asio::any_io_executor& strand, desk::Site& site, Trade trade)
    : strand_(strand),
      site_(site),
      trade_(std::move(trade)),
      tasks_(strand),
      timer_(strand),
      listener_(std::in_place, site.store.work_bell(), trade_.kind, [this, alive = alive_] {
          asio::post(strand_, [this, alive] {
              if (!*alive) return;
              looked_in_vain_ = false;
              timer_.cancel();
          });
      }) {}

asio::awaitable<void> QueueWorker::run() {
    while (!stopping_) {
        co_await begin_due();
        co_await wait_for_work();
    }
    co_await tasks_.all_ended();
    listener_.reset();
    *alive_ = false;
}

void QueueWorker::stop() {
    stopping_ = true;
    timer_.cancel();
    trade_.cut_short();
}

asio::awaitable<void> QueueWorker::begin_due() {
    if (in_progress_.size() >= trade_.at_once) {
        looked_in_vain_ = true;
        co_return;
    }
    looked_in_vain_ = true;
    // Those in progress are due as well, and come first.
    const auto jobs = co_await site_.store.read([&](Transaction& transaction) {
        return transaction.queue.due(trade_.kind, site_.clock.now(),
                                     trade_.at_once + in_progress_.size());
    });
    if (!jobs) {
        site_.log.error("jobs could not be looked for", {{"why", jobs.error()}});
        co_return;
    }
    for (const Job& job : *jobs) {
        if (stopping_ || in_progress_.size() >= trade_.at_once) co_return;
        if (!in_progress_.insert(job.id).second) continue;
        tasks_.start(attempt(job));
    }
}

asio::awaitable<void> QueueWorker::attempt(Job job) {
    fault_point("queue.taken");
    Attempt came;
    try {
        came = co_await trade_.carry_out(job);
    } catch (const std::exception&) {
        // What it says may name what it was about.
        site_.log.error("a fault of this program, in a job", {{"job", job.id}});
        came = Attempt::failed("a fault of this program");
    }
    fault_point("queue.carried_out");
    if (came.end != Attempt::End::done && !stopping_) co_await settle(job, std::move(came));
    fault_point("queue.settled");
    in_progress_.erase(job.id);
    looked_in_vain_ = false;
    timer_.cancel();
}

asio::awaitable<void> QueueWorker::settle(const Job& job, Attempt came) {
    const std::uint64_t failures = job.attempts + 1;
    const bool is_last = came.end == Attempt::End::hopeless || failures >= trade_.attempts_limit;
    const auto done = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        auto event = desk::system_event(
            site_, is_last ? ledger::Action::job_buried : ledger::Action::job_failed,
            trade_.account);
        event.outcome = ledger::Outcome::failed;
        event.detail = fmt::format("{} job {}, attempt {}: {}", queue::name_of(job.kind), job.id,
                                   failures, came.why);
        if (job.file != 0)
            if (const auto stream = transaction.catalog.stream_of(job.file)) event.stream = *stream;
        if (!is_last) {
            const auto due = event.time + trade_.backoff.after(failures, site_.random);
            if (auto put_off = transaction.queue.put_off(job.id, due, came.why); !put_off)
                return put_off;
        } else {
            if (auto buried = transaction.queue.bury(job.id, event.time, came.why); !buried)
                return buried;
            if (auto told = trade_.when_buried(transaction, job); !told) return told;
        }
        return desk::append(transaction, event);
    });
    // It may have been cancelled meanwhile.
    if (!done && done.error() != queue::queue_errc::no_such_job)
        site_.log.error("the failure of a job could not be recorded",
                        {{"job", job.id}, {"why", done.error()}});
}

asio::awaitable<void> QueueWorker::wait_for_work() {
    if (stopping_ || !looked_in_vain_) co_return;
    const auto next = co_await site_.store.read(
        [&](Transaction& transaction) { return transaction.queue.next_due(trade_.kind); });
    std::chrono::microseconds wait = longest_wait;
    const Timestamp now = site_.clock.now();
    // What is due already waits for one in progress to end, which tells.
    if (next && *next && **next > now)
        wait = std::min<std::chrono::microseconds>(wait, **next - now);
    if (stopping_ || !looked_in_vain_) co_return;
    timer_.expires_after(wait);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace consign::daemon
