// Works out terms that are stale, and ends what is due, a little at a time: after each part it
// rests as long as the part took, so that sessions go on as if nothing happened. It acts as
// system:retention, and remembers nothing.
#pragma once

#include <boost/asio.hpp>

#include "daemon/workers/worker.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

class RetentionWorker final : public Worker {
  public:
    /// The clock on the wall may be moved, and policies and deposits come: it looks this often.
    static constexpr std::chrono::seconds look_interval{2};
    /// After a failure of the store.
    static constexpr std::chrono::seconds failure_interval{30};
    static constexpr std::chrono::milliseconds least_rest{5};
    static constexpr std::chrono::milliseconds longest_rest{1000};

    RetentionWorker(const boost::asio::any_io_executor& strand, desk::Site& site)
        : site_(site), timer_(strand) {}

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void stop() override;

  private:
    /// One part. False where nothing is left to do now.
    [[nodiscard]] boost::asio::awaitable<Result<bool>> work();
    [[nodiscard]] boost::asio::awaitable<void> rest(std::chrono::steady_clock::duration time);

    desk::Site& site_;
    boost::asio::steady_timer timer_;
    bool stopping_ = false;
};

}  // namespace consign::daemon
