// How coroutines of one strand wait for a condition that another part of that strand brings about.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>

namespace consign {

/// Not thread-safe: everything happens on the executor that it was made with. Notifying never
/// resumes a waiter on the spot, so it may be called anywhere, also from a callback of a C library.
class Wakeup {
  public:
    explicit Wakeup(const boost::asio::any_io_executor& executor) : waiters_(executor) {}
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    /// Returns after the next notify(), or early where the coroutine is cancelled: call it in a
    /// loop that looks at the condition. The Wakeup must outlive the wait.
    boost::asio::awaitable<void> wait() {
        boost::system::error_code ignored;
        co_await waiters_.async_receive(
            boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }

    /// Wakes all who wait now.
    void notify() { waiters_.cancel(); }

  private:
    // Nothing is ever sent; only the cancellation is used. That of a timer would be handed to
    // another thread, which wakes up for it.
    boost::asio::experimental::channel<void(boost::system::error_code)> waiters_;
};

}  // namespace consign
