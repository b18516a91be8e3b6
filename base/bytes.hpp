// Bytes, and bounds-checked reading and writing of big-endian fields, which is what every wire and
// file format of this program uses.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace consign {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;
using Digest32 = std::array<std::uint8_t, 32>;

[[nodiscard]] ByteView as_bytes(std::string_view text);
[[nodiscard]] std::string_view as_text(ByteView bytes);

[[nodiscard]] std::string to_hex(ByteView bytes);
/// Nothing where `hex` is not an even number of hexadecimal digits.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view hex);

/// Takes fields from the front of a view. Past the end, every read answers nothing and `failed()`
/// stays true, so a parser may read all its fields and check once.
class ByteReader {
  public:
    explicit ByteReader(ByteView bytes) : rest_(bytes) {}

    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    ByteView take(std::size_t count);
    /// A u32 length, then as many bytes (RFC 4251 section 5, "string").
    ByteView string();

    [[nodiscard]] ByteView rest() const { return rest_; }
    [[nodiscard]] bool failed() const { return failed_; }
    /// Everything was read, and nothing was missing.
    [[nodiscard]] bool exhausted() const { return !failed_ && rest_.empty(); }

  private:
    ByteView rest_;
    bool failed_ = false;
};

/// Appends fields to a buffer that the caller owns.
class ByteWriter {
  public:
    explicit ByteWriter(Bytes& out) : out_(out) {}

    ByteWriter& u8(std::uint8_t value);
    ByteWriter& u16(std::uint16_t value);
    ByteWriter& u32(std::uint32_t value);
    ByteWriter& u64(std::uint64_t value);
    ByteWriter& raw(ByteView bytes);
    ByteWriter& string(ByteView bytes);
    ByteWriter& string(std::string_view text) { return string(as_bytes(text)); }

  private:
    Bytes& out_;
};

}  // namespace consign
