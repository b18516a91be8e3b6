// A descriptor of the system's that closes itself.
#pragma once

#include <unistd.h>

#include <utility>

namespace consign {

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this == &other) return *this;
        if (value_ >= 0) ::close(value_);
        value_ = std::exchange(other.value_, -1);
        return *this;
    }
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }

    [[nodiscard]] int get() const { return value_; }
    [[nodiscard]] bool is_open() const { return value_ >= 0; }
    /// Somebody else's to close from now on.
    [[nodiscard]] int release() { return std::exchange(value_, -1); }

  private:
    int value_ = -1;
};

}  // namespace consign
