// Time is handed in, so that tests can stop it.
#pragma once

#include <chrono>
#include <cstdint>

namespace consign {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
  public:
    virtual ~Clock() = default;
    /// May be called from any thread.
    [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] Timestamp now() const override {
        return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
};

[[nodiscard]] inline std::int64_t to_microseconds(Timestamp time) {
    return time.time_since_epoch().count();
}
[[nodiscard]] inline Timestamp from_microseconds(std::int64_t count) {
    return Timestamp{std::chrono::microseconds{count}};
}

}  // namespace consign
