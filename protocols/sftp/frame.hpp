// Packets out of a stream (draft-ietf-secsh-filexfer-02, section 3): a u32 length, then as many
// bytes, the first of which is the packet's type.
#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace consign::sftp {

/// What a length prefix may say at most: 256 KiB of data, and the fields around it.
inline constexpr std::size_t packet_limit_bytes = std::size_t{256 + 1} * 1024;
inline constexpr std::size_t length_prefix_bytes = 4;

/// Takes the first complete packet, without its prefix, off the front of `arrived`; the packet is a
/// view into the same memory. Nothing, and `arrived` as it was, where it is not complete yet.
/// codec_errc::frame_empty or frame_too_long as soon as the prefix is there: nobody needs to store
/// a body that will be refused. The session must end then.
[[nodiscard]] Result<std::optional<ByteView>> take_packet(ByteView& arrived);

/// The same over a stream that arrives in pieces: keeps the packet that a piece cut, and copies
/// nothing else. It never keeps more than length_prefix_bytes + packet_limit_bytes.
class FrameReader {
  public:
    /// Takes the next packet off the front of `arrived`. The packet is a view into what `arrived`
    /// views, or into this reader, and so lives until the next call, and no longer than that
    /// memory. Nothing: all of `arrived` was taken, and the packet is not complete yet. Errors as
    /// take_packet; the reader is of no use after one.
    [[nodiscard]] Result<std::optional<ByteView>> next(ByteView& arrived);

    /// Bytes of the packet that is not complete yet.
    [[nodiscard]] std::size_t kept_bytes() const { return yielded_ ? 0 : kept_.size(); }
    /// Gives memory back, for a session that falls idle. Ends the life of the last packet.
    void release_memory();

  private:
    void keep(ByteView& arrived, std::size_t until_bytes);

    Bytes kept_;  // a prefix and what came of its body
    bool yielded_ = false;
};

}  // namespace consign::sftp
