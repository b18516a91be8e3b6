// Bytes on their way between one coroutine that fills and one that empties, so that the network and
// the disk work at the same time. What either holds stays where it is until it says so.
#pragma once

#include <algorithm>
#include <memory>

#include "base/bytes.hpp"
#include "base/wakeup.hpp"

namespace consign::ftps {

/// Lives on one strand; two coroutines use it.
class ByteRing {
  public:
    ByteRing(const boost::asio::any_io_executor& strand, std::size_t size_bytes)
        : memory_(std::make_unique_for_overwrite<std::uint8_t[]>(size_bytes)),
          bytes_(memory_.get(), size_bytes),
          changed_(strand) {}

    /// Held by who fills, for as long as it does: afterwards, nothing more will come.
    class Filling {
      public:
        explicit Filling(ByteRing& ring) : ring_(ring) {}
        ~Filling() {
            ring_.ended_ = true;
            ring_.changed_.notify();
        }
        Filling(const Filling&) = delete;
        Filling& operator=(const Filling&) = delete;

      private:
        ByteRing& ring_;
    };
    /// Held by who empties: afterwards, nothing more is wanted.
    class Emptying {
      public:
        explicit Emptying(ByteRing& ring) : ring_(ring) {}
        ~Emptying() {
            ring_.stopped_ = true;
            ring_.changed_.notify();
        }
        Emptying(const Emptying&) = delete;
        Emptying& operator=(const Emptying&) = delete;

      private:
        ByteRing& ring_;
    };

    // Who fills:
    /// Free room in one piece; none only where the other side has stopped.
    [[nodiscard]] boost::asio::awaitable<ByteSpan> room() {
        while (filled_ - emptied_ == bytes_.size() && !stopped_) co_await changed_.wait();
        if (stopped_) co_return ByteSpan();
        const std::size_t at = filled_ % bytes_.size();
        const std::size_t free = bytes_.size() - (filled_ - emptied_);
        co_return bytes_.subspan(at, std::min(free, bytes_.size() - at));
    }
    /// The first `count` bytes of the room are filled.
    void fill(std::size_t count) {
        filled_ += count;
        changed_.notify();
    }

    // Who empties:
    /// What is there, in one piece; none only at the end.
    [[nodiscard]] boost::asio::awaitable<ByteView> take() {
        while (filled_ == emptied_ && !ended_) co_await changed_.wait();
        const std::size_t at = emptied_ % bytes_.size();
        co_return bytes_.subspan(at, std::min(filled_ - emptied_, bytes_.size() - at));
    }
    /// The first `count` bytes of what was taken are done with.
    void empty(std::size_t count) {
        emptied_ += count;
        changed_.notify();
    }

  private:
    // Not zeroed: of what a small file does not reach, the system gives nothing.
    const std::unique_ptr<std::uint8_t[]> memory_;
    const ByteSpan bytes_;
    std::size_t filled_ = 0, emptied_ = 0;  // in all
    bool ended_ = false;
    bool stopped_ = false;
    Wakeup changed_;
};

}  // namespace consign::ftps
