// What deliveries and pulls share: threads for far ends that block, how they are cut short, and how
// fast each target's bytes may go.
#pragma once

#include <boost/asio.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/workers/delivery/far_end.hpp"

namespace consign::delivery {

class FarEnds {
  public:
    /// Each connection holds a thread while it waits for its far end.
    static constexpr std::size_t threads_limit = 16;

    explicit FarEnds(Connect connect = delivery::connect) : connect_(std::move(connect)) {}
    /// Cuts what is under way, and waits for it.
    ~FarEnds() {
        stop_.ask();
        pool_.join();
    }

    [[nodiscard]] boost::asio::thread_pool& pool() { return pool_; }
    [[nodiscard]] Stop& stop() { return stop_; }
    /// Blocks: for the pool. What it returns is gone before this is.
    [[nodiscard]] Result<std::unique_ptr<FarEnd>> connect(const policy::Target& target) {
        return connect_(target, stop_, pace_of(target));
    }

  private:
    Pace& pace_of(const policy::Target& target) {
        const std::scoped_lock lock(mutex_);
        auto& pace = paces_[target.name];
        if (!pace) pace = std::make_unique<Pace>(target.rate);
        pace->set(target.rate);
        return *pace;
    }

    const Connect connect_;
    Stop stop_;
    std::mutex mutex_;  // guards paces_
    std::map<std::string, std::unique_ptr<Pace>, std::less<>> paces_;
    boost::asio::thread_pool pool_{threads_limit};
};

}  // namespace consign::delivery
