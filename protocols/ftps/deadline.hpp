// Something that happens unless it is called off in time. Boost 1.81 has no cancel_after.
#pragma once

#include <boost/asio.hpp>
#include <functional>
#include <memory>

namespace consign::ftps {

/// Lives on one strand, as does what it calls.
class Deadline {
  public:
    Deadline(const boost::asio::any_io_executor& strand, std::chrono::steady_clock::duration time,
             std::function<void()> expired)
        : timer_(strand, time), called_off_(std::make_shared<bool>(false)) {
        timer_.async_wait([expired = std::move(expired),
                           called_off = called_off_](boost::system::error_code cancelled) {
            if (!cancelled && !*called_off) expired();
        });
    }
    /// Called off, also where the timer has just fired and its handler is on its way.
    ~Deadline() { *called_off_ = true; }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

  private:
    boost::asio::steady_timer timer_;
    std::shared_ptr<bool> called_off_;
};

}  // namespace consign::ftps
