// Randomness is handed in, so that tests and vectors can fix it.
#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace consign {

class RandomSource {
  public:
    virtual ~RandomSource() = default;
    /// Fills all of `out`; may be called from any thread. Never fails: without randomness the
    /// program must not go on.
    virtual void fill(ByteSpan out) = 0;

    template <std::size_t Size>
    [[nodiscard]] std::array<std::uint8_t, Size> array() {
        std::array<std::uint8_t, Size> bytes{};
        fill(bytes);
        return bytes;
    }
    [[nodiscard]] SecretKey key() {
        SecretKey key;
        fill(key.mutable_bytes());
        return key;
    }
};

/// OpenSSL's generator, seeded from the kernel.
class SystemRandom final : public RandomSource {
  public:
    void fill(ByteSpan out) override;
};

}  // namespace consign
