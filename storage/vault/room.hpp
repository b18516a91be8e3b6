// What deposits leave free on the disk. The ledger needs room for whoever comes then: to log in, to
// fetch, to remove what is too much is on record before it is done. On a disk that is full to its
// last byte nobody could.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/disk.hpp"

namespace consign::vault {

/// Twice as much as the database's log takes before it begins anew (Connection::long_log_pages).
constexpr std::uint64_t kept_free_bytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kept_part_of_disk = 16;

/// std::errc::no_space_on_device where `bytes` more would touch what is kept free. A file system
/// that cannot tell takes what it takes.
[[nodiscard]] inline Result<> leaves_reserve(Disk& disk, const Disk::Path& folder,
                                             std::uint64_t bytes) {
    const auto room = disk.room(folder);
    if (room &&
        room->free_bytes < bytes + std::min(kept_free_bytes, room->total_bytes / kept_part_of_disk))
        return failure(std::errc::no_space_on_device);
    return {};
}

}  // namespace consign::vault
