// Digests over a range of content, or over each block of it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace consign::desk {

class ContentDigest;

struct HashRequest {
    std::string algorithm;  // of ContentDigest
    std::uint64_t offset = 0;
    std::uint64_t length_bytes = 0;  // 0: to the end
    std::uint32_t block_bytes = 0;   // 0: one hash over all
};

/// Fills the span from this offset on; how many bytes it could.
using ReadAt = std::function<Result<std::size_t>(std::uint64_t offset, ByteSpan out)>;

/// One after the other. desk_errc::too_many_blocks; vault_errc::altered where there are fewer bytes
/// than `size_bytes`; what `read` says.
[[nodiscard]] Result<Bytes> hash_blocks(const HashRequest& request, std::uint64_t size_bytes,
                                        const ReadAt& read, ContentDigest& digest);

}  // namespace consign::desk
