// Delivers what the policy's routes send to its targets: for each target the oldest first, over as
// many connections as it may have, at its rate, within its schedule. Targets take turns at the
// connections that there are, those first that have none. A target that is down is tried
// by one connection alone, now and then; its files wait, and none of them counts as failed.
#pragma once

#include <boost/asio.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/owned_tasks.hpp"
#include "daemon/workers/attempt.hpp"
#include "daemon/workers/delivery/far_ends.hpp"
#include "daemon/workers/worker.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

class DeliveryWorker final : public Worker {
  public:
    /// Over all targets; the other threads of the far ends are left to pulls.
    static constexpr std::size_t connections_limit = 12;
    /// So long a connection is kept where another target has none and needs one.
    static constexpr std::chrono::milliseconds turn_time{2000};
    /// The clock on the wall may be moved, windows open, and the policy may be replaced.
    static constexpr std::chrono::seconds longest_wait{5};

    /// On the strand `strand`. `site` outlives it. `turn`: shorter in tests.
    DeliveryWorker(const boost::asio::any_io_executor& strand, desk::Site& site,
                   std::shared_ptr<delivery::FarEnds> far_ends,
                   std::chrono::milliseconds turn = turn_time);
    ~DeliveryWorker() override;

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    /// Cuts its connections: what was sent so far is gone on with after the next start.
    void stop() override;
    /// Does what is due now, and returns; for tests.
    [[nodiscard]] boost::asio::awaitable<void> work_off();

  private:
    /// What is known of one target while the daemon runs.
    struct Lane {
        std::size_t connections = 0;
        std::set<VirtualPath> paths;  // in progress: two files to one path go one after the other
    };
    /// A job that nobody else takes meanwhile.
    struct Taken {
        queue::Job job;
        VirtualPath path;
    };
    /// A target that another policy reaches in another way need not wait until its pause is over,
    /// for pulls neither.
    [[nodiscard]] boost::asio::awaitable<void> hurry_changed(
        std::shared_ptr<const policy::Policy> policy);
    /// A target that may be connected to, and how often.
    struct Open {
        const policy::Target* target = nullptr;
        std::size_t most = 1;
        std::size_t begun = 0;  // in this look
    };
    [[nodiscard]] boost::asio::awaitable<std::size_t> begin_due();
    /// As they take turns: those without a connection first, from the one behind the last that was
    /// served.
    [[nodiscard]] std::vector<Open> in_turn(const policy::Policy& policy,
                                            const std::vector<targets::Trouble>& troubles) const;
    /// Has it something to do for a connection that it has not?
    [[nodiscard]] boost::asio::awaitable<bool> needs_connection(const policy::Target& target);
    /// Its turn is over, and another target waits for a connection.
    [[nodiscard]] bool makes_room(const std::string& target,
                                  std::chrono::steady_clock::time_point since);
    [[nodiscard]] boost::asio::awaitable<std::optional<Taken>> take(const policy::Target& target);
    /// Up to `limit`, the earliest first.
    [[nodiscard]] boost::asio::awaitable<Result<std::vector<queue::Job>>> due(std::string target,
                                                                              std::size_t limit);
    [[nodiscard]] boost::asio::awaitable<Result<std::vector<queue::Job>>> due_by_instant(
        const policy::Target& target, std::size_t limit);
    /// By whichever of the two the target asks for.
    [[nodiscard]] boost::asio::awaitable<Result<std::vector<queue::Job>>> due_for(
        const policy::Target& target, std::size_t limit);
    void give_back(const std::string& target, const Taken& taken);
    /// One connection, for as long as there is something for it to do.
    [[nodiscard]] boost::asio::awaitable<void> serve(policy::Target target, Taken first);
    [[nodiscard]] boost::asio::awaitable<void> connect_and_deliver(const policy::Target& target,
                                                                   std::optional<Taken>& taken);
    /// False where the connection is of no use any more.
    [[nodiscard]] boost::asio::awaitable<bool> deliver_one(delivery::FarEnd& far,
                                                           const policy::Target& target,
                                                           queue::Job job);
    [[nodiscard]] boost::asio::awaitable<void> wait_for_work();

    boost::asio::any_io_executor strand_;
    desk::Site& site_;
    const std::shared_ptr<delivery::FarEnds> far_ends_;
    const std::chrono::milliseconds turn_;
    const Patience patience_;
    OwnedTasks tasks_;
    boost::asio::steady_timer timer_;
    std::map<std::string, Lane, std::less<>> lanes_;
    std::shared_ptr<const policy::Policy> looked_at_;  // at the last look
    std::string last_served_;                          // the target that got the last connection
    std::set<std::string> waiting_;  // targets that need a connection, where none was left
    std::set<queue::JobId> in_progress_;
    std::size_t looks_ = 0;  // under way in take()
    std::set<queue::JobId> ended_meanwhile_;
    bool looked_in_vain_ = false;  // since the last ring
    bool stopping_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::optional<queue::WorkBell::Listener> listener_;
};

}  // namespace consign::daemon
