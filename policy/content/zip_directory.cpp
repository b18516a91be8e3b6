#include "policy/content/zip_directory.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "policy/content/little_endian.hpp"

namespace consign::policy::content {

namespace {

constexpr std::string_view end_signature = "PK\x05\x06";
constexpr std::string_view long_end_signature = "PK\x06\x06";
constexpr std::string_view locator_signature = "PK\x06\x07";
constexpr std::string_view entry_signature = "PK\x01\x02";
constexpr std::size_t end_bytes = 22;
constexpr std::size_t long_end_bytes = 56;
constexpr std::size_t locator_bytes = 20;
constexpr std::size_t comment_limit_bytes = 0xffff;
constexpr std::size_t tail_limit_bytes =
    end_bytes + comment_limit_bytes + locator_bytes + long_end_bytes;
constexpr std::uint32_t in_long_end = 0xffffffff;

/// The end of a file of `total` bytes.
struct Tail {
    ByteView bytes;
    std::uint64_t total = 0;

    [[nodiscard]] std::uint64_t begin() const { return total - bytes.size(); }
    /// `count` bytes that stand at `offset` of the file; empty where they are not in the tail.
    [[nodiscard]] ByteView at(std::uint64_t offset, std::size_t count) const {
        if (offset < begin() || offset > total || total - offset < count) return {};
        return bytes.subspan(static_cast<std::size_t>(offset - begin()), count);
    }
    /// Does `signature` stand there? True where that cannot be seen any more.
    [[nodiscard]] bool may_have(std::uint64_t offset, std::string_view signature) const {
        return offset < begin() || as_text(at(offset, signature.size())) == signature;
    }
};

/// The directory begins where it should, and ends right before `end`.
bool is_directory(const Tail& tail, std::uint64_t offset, std::uint64_t size, std::uint64_t end) {
    if (offset > end || end - offset != size) return false;
    return size == 0 || tail.may_have(offset, entry_signature);
}

/// Of zip64: the locator before the end names a longer end, which has the place of the directory.
bool has_long_directory(const Tail& tail, std::uint64_t end) {
    if (end < locator_bytes + long_end_bytes) return false;
    const ByteView locator = tail.at(end - locator_bytes, locator_bytes);
    if (!as_text(locator).starts_with(locator_signature)) return false;
    const auto long_end = little_endian<std::uint64_t>(locator, 8);
    const ByteView record = tail.at(long_end, long_end_bytes);
    if (!as_text(record).starts_with(long_end_signature)) return false;
    return is_directory(tail, little_endian<std::uint64_t>(record, 48),
                        little_endian<std::uint64_t>(record, 40), long_end);
}

bool is_end(const Tail& tail, std::uint64_t position) {
    const ByteView record = tail.at(position, end_bytes);
    if (!as_text(record).starts_with(end_signature)) return false;
    const std::size_t comment_bytes = little_endian<std::uint16_t>(record, 20);
    if (position + end_bytes + comment_bytes != tail.total) return false;
    const auto size = little_endian<std::uint32_t>(record, 12);
    const auto offset = little_endian<std::uint32_t>(record, 16);
    if (size == in_long_end || offset == in_long_end) return has_long_directory(tail, position);
    return is_directory(tail, offset, size, position) || has_long_directory(tail, position);
}

}  // namespace

void ZipDirectoryCheck::add(ByteView bytes) {
    total_bytes_ += bytes.size();
    if (bytes.size() > tail_limit_bytes) bytes = bytes.last(tail_limit_bytes);
    tail_.insert(tail_.end(), bytes.begin(), bytes.end());
    // Cut rarely, so that each byte is moved once or twice in all.
    if (tail_.size() > 2 * tail_limit_bytes)
        tail_.erase(tail_.begin(), tail_.end() - std::ptrdiff_t{tail_limit_bytes});
}

bool ZipDirectoryCheck::has_ended() const {
    const Tail tail{.bytes = tail_, .total = total_bytes_};
    if (tail.bytes.size() < end_bytes) return false;
    const std::size_t longest = std::min(tail.bytes.size(), end_bytes + comment_limit_bytes);
    for (std::size_t back = end_bytes; back <= longest; ++back)
        if (is_end(tail, total_bytes_ - back)) return true;
    return false;
}

}  // namespace consign::policy::content
