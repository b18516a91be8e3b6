// Carries out the jobs of one kind: takes those that are due, a bounded number at once, puts off
// those that fail, and buries those that go on failing. What a job does, and how it ends, is its
// handler's: the job ends in the transaction that holds its effect (desk/site/end_job.hpp).
#pragma once

#include <boost/asio.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/owned_tasks.hpp"
#include "daemon/workers/attempt.hpp"
#include "daemon/workers/worker.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

class QueueWorker final : public Worker {
  public:
    struct Trade {
        queue::Kind kind{};
        Literal account;  // "system:alerts"
        std::size_t at_once = 1;
        /// Jobs of one lane one after the other, as they were made: one that is put off holds up
        /// those behind it.
        bool in_order = false;
        std::uint64_t attempts_limit = 20;
        Backoff backoff{};
        /// One attempt. What it throws is told as a fault, and the job is tried again.
        std::function<boost::asio::awaitable<Attempt>(const queue::Job&)> carry_out;
        /// Asks the attempts that run to end.
        std::function<void()> cut_short = [] {};
        /// Told with its job, in the transaction that buries it; an alarm, say.
        std::function<Result<>(Transaction&, const queue::Job&)> when_buried =
            [](Transaction&, const queue::Job&) -> Result<> { return {}; };
    };
    /// The clock on the wall may be moved, and nothing rings for that: the queue is looked at this
    /// often at least.
    static constexpr std::chrono::seconds longest_wait{5};
    /// With so many jobs kept back, no other is begun.
    static constexpr std::size_t kept_back_limit = 64;

    QueueWorker(const boost::asio::any_io_executor& strand, desk::Site& site, Trade trade);

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void stop() override;

  private:
    [[nodiscard]] boost::asio::awaitable<void> begin_due();
    [[nodiscard]] boost::asio::awaitable<void> attempt(queue::Job job);
    [[nodiscard]] boost::asio::awaitable<Attempt> carry_out(const queue::Job& job);
    void keep_back(const queue::Job& job);
    void forget_old_failures();
    [[nodiscard]] bool is_kept_back(queue::JobId job) const;
    [[nodiscard]] boost::asio::awaitable<std::optional<Timestamp>> next_due();
    [[nodiscard]] boost::asio::awaitable<void> wait_for_work();

    boost::asio::any_io_executor strand_;
    desk::Site& site_;
    const Trade trade_;
    OwnedTasks tasks_;
    boost::asio::steady_timer timer_;
    std::set<queue::JobId> in_progress_;
    std::set<queue::JobId> ended_meanwhile_;  // since the last look at the queue began
    /// Of a job that failed, where the database could not take that: the queue says that it is due,
    /// and it would be tried again and again without a pause.
    struct Unrecorded {
        std::uint64_t failures = 0;
        std::chrono::steady_clock::time_point until;
    };
    std::map<queue::JobId, Unrecorded> unrecorded_;
    bool looked_in_vain_ = false;  // since the last ring
    bool stopping_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::optional<queue::WorkBell::Listener> listener_;
};

}  // namespace consign::daemon
