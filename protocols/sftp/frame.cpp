#include "protocols/sftp/frame.hpp"

#include <algorithm>

#include "protocols/sftp/codec_errc.hpp"

namespace consign::sftp {

namespace {

/// The length that the prefix announces, of the packet without its prefix.
Result<std::size_t> announced_bytes(ByteView prefix) {
    const std::size_t length = ByteReader(prefix).u32();
    if (length == 0) return failure(codec_errc::frame_empty);
    if (length > packet_limit_bytes) return failure(codec_errc::frame_too_long);
    return length;
}

}  // namespace

Result<std::optional<ByteView>> take_packet(ByteView& arrived) {
    if (arrived.size() < length_prefix_bytes) return std::nullopt;
    const auto length = announced_bytes(arrived.first(length_prefix_bytes));
    if (!length) return failure(length.error());
    if (arrived.size() - length_prefix_bytes < *length) return std::nullopt;
    const ByteView packet = arrived.subspan(length_prefix_bytes, *length);
    arrived = arrived.subspan(length_prefix_bytes + *length);
    return packet;
}

Result<std::optional<ByteView>> FrameReader::next(ByteView& arrived) {
    if (yielded_) {
        kept_.clear();
        yielded_ = false;
    }
    if (kept_.empty()) {
        auto packet = take_packet(arrived);
        if (!packet || *packet) return packet;
    }
    keep(arrived, length_prefix_bytes);
    if (kept_.size() < length_prefix_bytes) return std::nullopt;
    const auto length = announced_bytes(ByteView(kept_).first(length_prefix_bytes));
    if (!length) return failure(length.error());
    keep(arrived, length_prefix_bytes + *length);
    if (kept_.size() < length_prefix_bytes + *length) return std::nullopt;
    yielded_ = true;
    return ByteView(kept_).subspan(length_prefix_bytes);
}

void FrameReader::release_memory() {
    if (yielded_) {
        kept_.clear();
        yielded_ = false;
    }
    kept_.shrink_to_fit();
}

void FrameReader::keep(ByteView& arrived, std::size_t until_bytes) {
    if (kept_.size() >= until_bytes) return;
    const std::size_t count = std::min(until_bytes - kept_.size(), arrived.size());
    // The vector grows with what came, not with what was announced: a peer that announces 256 KiB
    // and sends nothing costs nothing.
    kept_.insert(kept_.end(), arrived.begin(),
                 arrived.begin() + static_cast<std::ptrdiff_t>(count));
    arrived = arrived.subspan(count);
}

}  // namespace consign::sftp
