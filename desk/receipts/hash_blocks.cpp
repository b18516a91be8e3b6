#include "desk/receipts/hash_blocks.hpp"

#include <algorithm>

#include "desk/site/content_digest.hpp"
#include "desk/site/errc.hpp"
#include "storage/vault/errc.hpp"
#include "storage/vault/sealed_file.hpp"

namespace consign::desk {

namespace {

constexpr std::size_t step_bytes = 4 * vault::chunk_bytes;

/// Of one answer: the largest digests of so many blocks still fit into an SFTP packet.
constexpr std::uint64_t hash_blocks_limit = 2048;

}  // namespace

Result<Bytes> hash_blocks(const HashRequest& request, std::uint64_t size_bytes, const ReadAt& read,
                          ContentDigest& digest) {
    const std::uint64_t start = std::min(request.offset, size_bytes);
    const std::uint64_t end = request.length_bytes == 0
                                  ? size_bytes
                                  : start + std::min(request.length_bytes, size_bytes - start);
    const std::uint64_t block =
        request.block_bytes == 0 ? std::max<std::uint64_t>(end - start, 1) : request.block_bytes;
    if ((end - start) / block >= hash_blocks_limit) return failure(desk_errc::too_many_blocks);
    Bytes digests, buffer(step_bytes);
    std::uint64_t at = start;
    do {
        for (const std::uint64_t block_end = at + std::min(block, end - at); at < block_end;) {
            const auto step = std::min<std::uint64_t>(buffer.size(), block_end - at);
            const auto count = read(at, ByteSpan(buffer).first(step));
            if (!count) return failure(count.error());
            if (*count == 0) return failure(vault::vault_errc::altered);
            digest.update(ByteView(buffer).first(*count));
            at += *count;
        }
        const Bytes one = digest.finish();
        digests.insert(digests.end(), one.begin(), one.end());
    } while (at < end);
    return digests;
}

}  // namespace consign::desk
