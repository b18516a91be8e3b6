// How fast an account's bytes may go, over all its sessions: quota.upload_rate and
// quota.download_rate, each a token bucket that holds a burst of one second.
#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace consign::desk {

class Session;

enum class Direction : std::uint8_t { upload, download };

/// Bytes go in the order in which they were asked for, each once those before it are paid for: so
/// what is larger than the burst passes, too, and those behind it wait. From any thread.
class TokenBucket {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Span = std::chrono::steady_clock::duration;
    static constexpr std::chrono::seconds burst{1};

    /// Full.
    TokenBucket(std::uint64_t bytes_per_second, Time now);

    /// The bytes stand in the queue from now on; the number is their place in it.
    [[nodiscard]] std::uint64_t queue(std::uint64_t bytes);
    /// How long it takes until they may go, at this rate; zero where they may.
    [[nodiscard]] Span left(std::uint64_t place, std::uint64_t bytes_per_second, Time now);
    /// As good as a new one.
    [[nodiscard]] bool is_full(Time now);

  private:
    void fill(std::uint64_t bytes_per_second, Time now);

    std::mutex mutex_;
    std::uint64_t queued_bytes_ = 0;  // all that were ever asked for
    double paid_bytes_;               // of them, and ahead of them by the burst at most
    std::uint64_t rate_;              // at the last look
    Time filled_;
};

/// The buckets of all accounts. From any thread.
class Rates {
  public:
    /// Buckets at rest are kept up to this many: one that is full again tells nothing.
    static constexpr std::size_t resting_limit = 1024;

    [[nodiscard]] std::shared_ptr<TokenBucket> bucket(const std::string& account,
                                                      Direction direction,
                                                      std::uint64_t bytes_per_second,
                                                      TokenBucket::Time now);
    [[nodiscard]] std::size_t size() const;

  private:
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, Direction>, std::shared_ptr<TokenBucket>> buckets_;
};

/// One direction of one session, which outlives it. On the session's strand.
class Rate {
  public:
    /// After so long at the most it is looked whether the session ends, and what the rate is now.
    static constexpr std::chrono::seconds step{1};
    /// With a rate, no more is to be taken at once: the peer is not to wait long for the first of
    /// it, nor those of the account for each other, or for what one that left had asked for.
    static constexpr std::size_t slow_step_bytes = std::size_t{64} << 10;

    Rate(Session& session, Direction direction) : session_(session), direction_(direction) {}

    /// Resumes once so many bytes may go, under the policy then in force: at once where the account
    /// has no such rate, and, within a step, where the session is leaving.
    [[nodiscard]] boost::asio::awaitable<void> take(std::uint64_t bytes);
    /// 0: none.
    [[nodiscard]] std::uint64_t bytes_per_second() const;
    /// What may be taken at once: slow_step_bytes, or `otherwise` where there is no rate.
    [[nodiscard]] std::size_t step_bytes(std::size_t otherwise) const {
        return bytes_per_second() == 0 ? otherwise : std::min(slow_step_bytes, otherwise);
    }

  private:
    Session& session_;
    Direction direction_;
};

}  // namespace consign::desk
