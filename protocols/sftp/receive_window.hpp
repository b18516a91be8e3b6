// How much a peer may send ahead on one channel. libssh's fixed 1.28 MB caps a transfer at
// 13 MB/s over a 50 ms link, so the window grows where it is what holds the peer back, within a
// budget that all connections share.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace consign::ssh {

/// Memory that windows may promise beyond their default size. May be used from any thread.
class WindowBudget {
  public:
    explicit WindowBudget(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

    /// All of `bytes`, or nothing. One window never takes more than half of what is left, so that a
    /// single fast peer cannot starve those that come after it.
    [[nodiscard]] bool try_take(std::uint64_t bytes);
    void give_back(std::uint64_t bytes) { used_bytes_.fetch_sub(bytes); }

    [[nodiscard]] std::uint64_t limit_bytes() const { return limit_bytes_; }
    [[nodiscard]] std::uint64_t used_bytes() const { return used_bytes_.load(); }

  private:
    const std::uint64_t limit_bytes_;
    std::atomic<std::uint64_t> used_bytes_{0};
};

/// The bookkeeping of one channel; it speaks to no library. Times are handed in.
///
/// A peer is held back by the window when it stops exactly where its credit ended, until the next
/// grant has reached it. So at each grant the old end of credit is remembered, and when data first
/// crosses one, the silence before is compared with the time since the last such crossing. SSH
/// gives no way to take credit back: memory stays booked until the peer has used its credit up, or
/// the channel ends.
class ReceiveWindow {
  public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::uint32_t default_bytes = 1'280'000;  // libssh's WINDOWBASE
    static constexpr std::uint32_t limit_bytes = 16 * 1024 * 1024;
    /// libssh may top the window up by itself while data is held back (WINDOWLIMIT, 640,000), and
    /// the last packet may cross the line.
    static constexpr std::uint32_t slack_bytes = 1024 * 1024;

    explicit ReceiveWindow(std::shared_ptr<WindowBudget> budget) : budget_(std::move(budget)) {}
    ~ReceiveWindow();
    ReceiveWindow(const ReceiveWindow&) = delete;
    ReceiveWindow& operator=(const ReceiveWindow&) = delete;

    /// Data came in. `unread_bytes` is what lies unread inside the library, this included; false
    /// where that is more than the peer was ever allowed to send.
    [[nodiscard]] bool arrived(std::size_t bytes, std::size_t unread_bytes, Time now);
    /// Data waits for our own reader: no sign that the window is too small.
    void held_back() { boundaries_.clear(); }
    /// The size up to which the window is to be granted anew, if it is time.
    [[nodiscard]] std::optional<std::uint32_t> due() const;
    /// The peer may now send due() more bytes.
    void granted(Time now);
    /// Nothing came for a while: back to the default, as far as the peer's credit allows.
    void paused();

    [[nodiscard]] std::uint32_t target_bytes() const { return target_bytes_; }

  private:
    void grow();
    void give_back_what_is_free();
    [[nodiscard]] std::uint64_t credit_bytes() const {
        return credit_end_ > received_ ? credit_end_ - received_ : 0;
    }

    std::shared_ptr<WindowBudget> budget_;
    std::uint32_t target_bytes_ = default_bytes;
    std::uint64_t booked_bytes_ = 0;  // of the budget
    std::uint64_t most_unread_bytes_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t received_at_grant_ = 0;
    std::uint64_t credit_end_ = 0;
    std::vector<std::uint64_t> boundaries_;  // old ends of credit, not yet crossed; rising
    Time last_arrival_{};
    Time last_crossing_{};
};

}  // namespace consign::ssh
