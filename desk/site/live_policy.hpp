// The policy in force. It is replaced whole; whoever holds the old one keeps it for the operation
// that it is in.
#pragma once

#include <memory>
#include <mutex>

#include "policy/policy.hpp"

namespace consign::desk {

class LivePolicy {
  public:
    explicit LivePolicy(std::shared_ptr<const policy::Policy> first) : current_(std::move(first)) {}

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
    std::shared_ptr<const policy::Policy> current_;
};

}  // namespace consign::desk
