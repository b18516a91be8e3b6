// Memory that is wiped when it is given back. Keys and passwords live in nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace consign {

template <class T>
struct WipingAllocator : std::allocator<T> {
    template <class U>
    struct rebind {
        using other = WipingAllocator<U>;
    };
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {}

    void deallocate(T* memory, std::size_t count) {
        explicit_bzero(memory, count * sizeof(T));
        std::allocator<T>::deallocate(memory, count);
    }
};

using SecretBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

/// A secret text, such as a password. Kept as bytes, because std::string's short-string buffer
/// would escape the allocator, and so the wiping.
class SecretText {
  public:
    SecretText() = default;
    explicit SecretText(std::string_view text) : bytes_(text.begin(), text.end()) {}
    [[nodiscard]] std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

  private:
    SecretBytes bytes_;
};

/// A 256-bit key.
class SecretKey {
  public:
    static constexpr std::size_t size_bytes = 32;

    SecretKey() = default;
    explicit SecretKey(std::span<const std::uint8_t, size_bytes> bytes) {
        std::memcpy(bytes_.data(), bytes.data(), size_bytes);
    }
    SecretKey(const SecretKey&) = default;
    SecretKey& operator=(const SecretKey&) = default;
    ~SecretKey() { explicit_bzero(bytes_.data(), size_bytes); }

    [[nodiscard]] std::span<const std::uint8_t, size_bytes> bytes() const { return bytes_; }
    [[nodiscard]] std::span<std::uint8_t, size_bytes> mutable_bytes() { return bytes_; }

  private:
    std::array<std::uint8_t, size_bytes> bytes_{};
};

}  // namespace consign
