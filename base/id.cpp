#include "base/id.hpp"

#include <algorithm>

namespace consign {

Id::Id(std::span<const std::uint8_t, size_bytes> bytes) {
    std::ranges::copy(bytes, bytes_.begin());
}

Id Id::random(RandomSource& source) {
    return Id(source.array<size_bytes>());
}

Id Id::made_at(Timestamp time, RandomSource& source) {
    Id id = random(source);
    const auto units = static_cast<std::uint64_t>(time.time_since_epoch().count()) >> 14U;
    id.bytes_[0] = static_cast<std::uint8_t>(units >> 8U);
    id.bytes_[1] = static_cast<std::uint8_t>(units >> 16U);
    id.bytes_[2] = static_cast<std::uint8_t>(units);
    return id;
}

std::optional<Id> Id::from_hex(std::string_view hex) {
    const auto bytes = consign::from_hex(hex);
    return bytes ? from_bytes(*bytes) : std::nullopt;
}

std::optional<Id> Id::from_bytes(ByteView bytes) {
    if (bytes.size() != size_bytes) return std::nullopt;
    return Id(bytes.first<size_bytes>());
}

}  // namespace consign
