// Coroutines that somebody waits for: nothing is detached.
#pragma once

#include <boost/asio.hpp>
#include <exception>

#include "base/wakeup.hpp"

namespace consign {

/// Lives on one strand, as do its tasks.
class OwnedTasks {
  public:
    explicit OwnedTasks(const boost::asio::any_io_executor& strand)
        : strand_(strand), ended_(strand) {}

    /// Starts one. An exception that leaves it is kept for all_ended().
    void start(boost::asio::awaitable<void> task) {
        ++running_;
        boost::asio::co_spawn(strand_, std::move(task), [this](std::exception_ptr thrown) {
            if (thrown) thrown_ = thrown;
            --running_;
            ended_.notify();
        });
    }

    [[nodiscard]] std::size_t running() const { return running_; }

    /// Returns when none is left; throws what one of them threw.
    [[nodiscard]] boost::asio::awaitable<void> all_ended() {
        while (running_ > 0) co_await ended_.wait();
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    }

  private:
    boost::asio::any_io_executor strand_;
    Wakeup ended_;
    std::size_t running_ = 0;
    std::exception_ptr thrown_;
};

}  // namespace consign
