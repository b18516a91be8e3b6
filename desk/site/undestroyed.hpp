// Whether content that is doomed could not be destroyed, or its end not be certified. Which it is
// stands in the database; this says when to try again, without a look where nothing failed.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "base/clock.hpp"

namespace consign::desk {

class Undestroyed {
  public:
    /// The disk is given so long to be mended.
    static constexpr std::chrono::minutes retry_interval{10};

    /// A failure. Until it is due, others add nothing to it.
    void note(Timestamp now) {
        const std::scoped_lock lock(mutex_);
        if (!failed_) failed_ = now;
    }
    /// True once for what was noted: then it is for the caller to try. At once where the clock was
    /// put back.
    [[nodiscard]] bool take_due(Timestamp now) {
        const std::scoped_lock lock(mutex_);
        if (!failed_ || (now >= *failed_ && now < *failed_ + retry_interval)) return false;
        failed_.reset();
        return true;
    }

  private:
    std::mutex mutex_;
    std::optional<Timestamp> failed_;
};

}  // namespace consign::desk
