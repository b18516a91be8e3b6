#include "daemon/workers/queue_worker.hpp"

#include <algorithm>
#include <utility>

#include "base/fault_point.hpp"

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
    looked_in_vain_ = true;
    if (in_progress_.size() >= trade_.at_once) co_return;
    forget_old_failures();
    const auto is_resting = [this](const auto& one) { return is_kept_back(one.first); };
    if (std::cmp_greater_equal(std::ranges::count_if(unrecorded_, is_resting), kept_back_limit))
        co_return;
    // Those in progress, or kept back, are due as well, and come first.
    const std::size_t limit = trade_.at_once + in_progress_.size() + unrecorded_.size();
    ended_meanwhile_.clear();
    const auto jobs = co_await site_.store.read([&](Transaction& transaction) {
        const Timestamp now = site_.clock.now();
        return trade_.in_order ? transaction.queue.first_of_lanes(trade_.kind, now, limit)
                               : transaction.queue.due(trade_.kind, now, limit);
    });
    if (!jobs) {
        site_.log.error("jobs could not be looked for", {{"why", jobs.error()}});
        co_return;
    }
    for (const Job& job : *jobs) {
        if (stopping_ || in_progress_.size() >= trade_.at_once) co_return;
        // What was read may be older than the end of an attempt: that job may be gone.
        if (ended_meanwhile_.contains(job.id) || is_kept_back(job.id)) continue;
        if (!in_progress_.insert(job.id).second) continue;
        tasks_.start(attempt(job));
    }
}

asio::awaitable<void> QueueWorker::attempt(Job job) {
    fault_point("queue.taken");
    Attempt came = co_await carry_out(job);
    fault_point("queue.carried_out");
    bool is_settled = true;
    if (came.end != Attempt::End::done && !stopping_) {
        const Patience patience{.attempts_limit = trade_.attempts_limit,
                                .backoff = trade_.backoff,
                                .when_buried = trade_.when_buried};
        is_settled = co_await record_failure(site_, trade_.account, patience, job, std::move(came));
    }
    if (is_settled)
        unrecorded_.erase(job.id);
    else
        keep_back(job);
    fault_point("queue.settled");
    in_progress_.erase(job.id);
    ended_meanwhile_.insert(job.id);
    looked_in_vain_ = false;
    timer_.cancel();
}

asio::awaitable<Attempt> QueueWorker::carry_out(const Job& job) {
    if (job.altered) co_return Attempt::hopeless("its work was altered");
    try {
        co_return co_await trade_.carry_out(job);
    } catch (const std::exception&) {
        // What it says may name what it was about.
        site_.log.error("a fault of this program, in a job", {{"job", job.id}});
    }
    co_return Attempt::failed("a fault of this program");
}

void QueueWorker::keep_back(const Job& job) {
    Unrecorded& unrecorded = unrecorded_[job.id];
    ++unrecorded.failures;
    unrecorded.until = std::chrono::steady_clock::now() +
                       trade_.backoff.after(job.attempts + unrecorded.failures, site_.random);
}

/// Of jobs that have ended by somebody else's hand.
void QueueWorker::forget_old_failures() {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(unrecorded_,
                  [&](const auto& one) { return one.second.until + trade_.backoff.most < now; });
}

bool QueueWorker::is_kept_back(queue::JobId job) const {
    const auto unrecorded = unrecorded_.find(job);
    return unrecorded != unrecorded_.end() &&
           std::chrono::steady_clock::now() < unrecorded->second.until;
}

/// Nothing where it cannot be told.
asio::awaitable<std::optional<Timestamp>> QueueWorker::next_due() {
    if (!trade_.in_order) {
        const auto next = co_await site_.store.read(
            [&](Transaction& transaction) { return transaction.queue.next_due(trade_.kind); });
        co_return next ? *next : std::nullopt;
    }
    // What is due behind one that is put off says nothing. Of the first ones those in progress
    // alone are due by now, or whoever ends tells.
    const Timestamp now = site_.clock.now();
    const std::size_t limit = in_progress_.size() + 1;
    const auto first = co_await site_.store.read([&](Transaction& transaction) {
        return transaction.queue.first_of_lanes(trade_.kind, now + longest_wait, limit);
    });
    if (!first) co_return std::nullopt;
    const auto next = std::ranges::find_if(*first, [now](const Job& job) { return job.due > now; });
    co_return next == first->end() ? std::nullopt : std::optional(next->due);
}

asio::awaitable<void> QueueWorker::wait_for_work() {
    if (stopping_ || !looked_in_vain_) co_return;
    const auto next = co_await next_due();
    std::chrono::microseconds wait = longest_wait;
    const Timestamp now = site_.clock.now();
    // What is due already waits for one in progress to end, which tells.
    if (next && *next > now) wait = std::min<std::chrono::microseconds>(wait, *next - now);
    if (stopping_ || !looked_in_vain_) co_return;
    const auto at = std::chrono::steady_clock::now();
    for (const auto& [job, unrecorded] : unrecorded_)
        if (unrecorded.until > at)
            wait =
                std::min(wait, std::chrono::ceil<std::chrono::microseconds>(unrecorded.until - at));
    timer_.expires_after(wait);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace consign::daemon
