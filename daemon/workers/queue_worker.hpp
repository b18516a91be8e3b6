// Carries out the jobs of one kind: takes those that are due, a bounded number at once, puts off
// those that fail, and buries those that go on failing. What a job does, and how it ends, is its
// handler's: the job ends in the transaction that holds its effect (desk/end_job.hpp).
#pragma once

#include <boost/asio.hpp>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/owned_tasks.hpp"
#include "daemon/workers/backoff.hpp"
#include "daemon/workers/worker.hpp"
#include "desk/site.hpp"

namespace consign::daemon {

/// How an attempt ended.
struct Attempt {
    enum class End : std::uint8_t {
        done,     // the job has ended, or waits by its own word
        failed,   // it is to be tried again
        hopeless  // trying again would be no use
    } end = End::done;
    std::string why{};  // without names: it stands in the ledger and in lists

    [[nodiscard]] static Attempt failed(std::string why) { return {End::failed, std::move(why)}; }
    [[nodiscard]] static Attempt hopeless(std::string why) {
        return {End::hopeless, std::move(why)};
    }
    /// Of the store: it failed.
    [[nodiscard]] static Attempt failed(std::error_code why) { return failed(why.message()); }
};

class QueueWorker final : public Worker {
  public:
    struct Trade {
        queue::Kind kind{};
        Literal account;  // "system:alerts"
        std::size_t at_once = 1;
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

    QueueWorker(const boost::asio::any_io_executor& strand, desk::Site& site, Trade trade);

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void stop() override;

  private:
    [[nodiscard]] boost::asio::awaitable<void> begin_due();
    [[nodiscard]] boost::asio::awaitable<void> attempt(queue::Job job);
    [[nodiscard]] boost::asio::awaitable<void> settle(const queue::Job& job, Attempt attempt);
    [[nodiscard]] boost::asio::awaitable<void> wait_for_work();

    boost::asio::any_io_executor strand_;
    desk::Site& site_;
    const Trade trade_;
    OwnedTasks tasks_;
    boost::asio::steady_timer timer_;
    std::set<queue::JobId> in_progress_;
    bool looked_in_vain_ = false;  // since the last ring
    bool stopping_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::optional<queue::WorkBell::Listener> listener_;
};

}  // namespace consign::daemon
