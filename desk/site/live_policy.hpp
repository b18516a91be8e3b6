// The policy in force. It is replaced whole; whoever holds the old one keeps it for the operation
// that it is in.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "policy/policy.hpp"

namespace consign::desk {

class LivePolicy {
  public:
    explicit LivePolicy(std::shared_ptr<const policy::Policy> first)
        : first_(std::move(first)), current_(first_) {}

    /// Those that are open. What a later policy says of listeners holds from the next start on.
    [[nodiscard]] const std::vector<policy::Listener>& open_listeners() const {
        return first_->listeners;
    }

    /// From any thread.
    [[nodiscard]] std::shared_ptr<const policy::Policy> current() const {
        const std::scoped_lock lock(mutex_);
        return current_;
    }
    void replace(std::shared_ptr<const policy::Policy> next) {
        const std::scoped_lock lock(mutex_);
        current_ = std::move(next);
    }

  private:
    mutable std::mutex mutex_;
    const std::shared_ptr<const policy::Policy> first_;
    std::shared_ptr<const policy::Policy> current_;
};

}  // namespace consign::desk
