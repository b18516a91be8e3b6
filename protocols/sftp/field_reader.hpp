// The fields of a request, each held to what the protocol allows. Like ByteReader, it may be read
// to the end and asked once.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "protocols/sftp/codec_errc.hpp"

namespace consign::sftp {

/// Section 6.2 of the draft: a handle "MUST NOT exceed 256 bytes".
inline constexpr std::size_t handle_limit_bytes = 256;
/// Offsets and sizes are those of off_t, so that the sum of two of them never overflows.
inline constexpr std::uint64_t offset_limit_bytes = std::numeric_limits<std::int64_t>::max();

class FieldReader {
  public:
    explicit FieldReader(ByteView packet) : bytes_(packet) {}

    std::uint8_t u8() { return bytes_.u8(); }
    std::uint32_t u32() { return bytes_.u32(); }
    ByteView string() { return bytes_.string(); }
    std::string_view text() { return as_text(bytes_.string()); }

    ByteView handle() {
        const ByteView handle = bytes_.string();
        if (handle.size() > handle_limit_bytes) refuse();
        return handle;
    }
    /// A position in a file, or a length of one.
    std::uint64_t offset() {
        const std::uint64_t offset = bytes_.u64();
        if (offset > offset_limit_bytes) refuse();
        return offset;
    }

    /// The value that was read is one that the protocol forbids.
    void refuse() { refused_ = true; }

    /// Whatever is left is of no interest.
    void skip_rest() { bytes_.take(bytes_.rest().size()); }

    [[nodiscard]] bool truncated() const { return bytes_.failed(); }
    [[nodiscard]] bool at_end() const { return bytes_.rest().empty(); }
    /// Nothing where all is well, and everything was read.
    [[nodiscard]] std::optional<codec_errc> verdict() const {
        if (bytes_.failed()) return codec_errc::truncated;
        if (refused_) return codec_errc::bad_field;
        if (!bytes_.rest().empty()) return codec_errc::trailing_bytes;
        return std::nullopt;
    }

  private:
    ByteReader bytes_;
    bool refused_ = false;
};

}  // namespace consign::sftp
