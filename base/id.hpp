// A 128-bit identifier: of a sealed file (its stream id), a session, a chain.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"

namespace consign {

class Id {
  public:
    static constexpr std::size_t size_bytes = 16;

    Id() = default;
    explicit Id(std::span<const std::uint8_t, size_bytes> bytes);
    [[nodiscard]] static Id random(RandomSource& source);
    /// Random but for its first three bytes: the middle one, the high one and the low one of the
    /// time in units of 16 ms, which begins anew every three days. What is made at one time stands
    /// together in indexes and folders, so that they are written in one place; and of folders by
    /// the first byte another one's turn comes every four seconds.
    [[nodiscard]] static Id made_at(Timestamp time, RandomSource& source);
    /// Nothing where `hex` is not 32 hexadecimal digits.
    [[nodiscard]] static std::optional<Id> from_hex(std::string_view hex);
    /// Nothing where `bytes` are not 16.
    [[nodiscard]] static std::optional<Id> from_bytes(ByteView bytes);

    [[nodiscard]] std::string hex() const { return to_hex(bytes_); }
    [[nodiscard]] std::span<const std::uint8_t, size_bytes> bytes() const { return bytes_; }
    [[nodiscard]] bool is_nil() const { return *this == Id{}; }
    auto operator<=>(const Id&) const = default;

  private:
    std::array<std::uint8_t, size_bytes> bytes_{};
};

}  // namespace consign
