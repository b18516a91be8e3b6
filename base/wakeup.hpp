// How coroutines of one strand wait for a condition that another part of that strand brings about.
#pragma once

#include <boost/asio.hpp>

namespace consign {

/// Not thread-safe: everything happens on the executor that it was made with. Notifying never
/// resumes a waiter on the spot, so it may be called anywhere, also from a callback of a C library.
class Wakeup {
  public:
    explicit Wakeup(const boost::asio::any_io_executor& executor)
        : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

    /// Returns after the next notify(), or early where the coroutine is cancelled: call it in a
    /// loop that looks at the condition. The Wakeup must outlive the wait.
    boost::asio::awaitable<void> wait() {
        boost::system::error_code ignored;
        co_await timer_.async_wait(
            boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }

    /// Wakes all who wait now.
    void notify() { timer_.cancel(); }

  private:
    boost::asio::steady_timer timer_;  // never expires; only its cancellation is used
};

}  // namespace consign
