// How blocking work on far ends is cut short: a flag, and the sockets that wait.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

namespace consign::delivery {

/// From any thread.
class Stop {
  public:
    /// Shuts the sockets down that are watched, so that who waits for one is told at once.
    void ask();
    [[nodiscard]] bool asked() const { return asked_; }
    /// True once it was asked to stop: for who looks now and then.
    [[nodiscard]] const std::atomic<bool>& flag() const { return asked_; }
    /// False where it was asked to stop before the time was over.
    [[nodiscard]] bool sleep(std::chrono::steady_clock::duration time);

    /// A socket that somebody may wait for; its owner closes it after this is gone.
    class Watch {
      public:
        Watch(Stop& stop, int descriptor);
        ~Watch();
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

      private:
        Stop& stop_;
        const int descriptor_;
    };

  private:
    std::mutex mutex_;
    std::condition_variable told_;
    std::set<int> descriptors_;
    std::atomic<bool> asked_ = false;
};

}  // namespace consign::delivery
