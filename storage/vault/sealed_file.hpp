// A sealed file, version 1: docs/formats/sealed-file.md. A header of 4 KiB, then one record for
// each chunk of 64 KiB, sealed with AES-256-GCM under a key of this file's own. Everything here
// blocks on the disk: call it from a pool thread, one thread at a time an object. Errors:
// vault_errc (storage/vault/errc.hpp), keyring_errc, or the disk's std::errc.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "base/disk.hpp"
#include "base/evp.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

namespace consign::vault {

inline constexpr std::size_t header_bytes = 4096;
inline constexpr std::size_t chunk_bytes = 64 * 1024;
inline constexpr std::size_t record_overhead_bytes = evp::gcm_nonce_bytes + evp::gcm_tag_bytes;
inline constexpr std::uint64_t content_limit_bytes = std::uint64_t{1} << 40;
/// So much of an open upload may be holes, that nobody has written: they are sealed as zeros.
inline constexpr std::uint64_t hole_limit_bytes = std::uint64_t{4} << 30;

inline constexpr std::size_t account_limit_bytes = 255;

/// What the sealed part of the header says, so that a store whose database is lost can be listed.
struct Deposit {
    std::string path;     // in the whole tree, raw bytes; at most VirtualPath::path_limit_bytes
    std::string account;  // who deposits; at most account_limit_bytes
    Timestamp opened{};
};

/// A file whose end was sealed.
struct Sealed {
    Id stream;
    std::uint64_t size_bytes = 0;
    Digest32 sha256{};  // of the content
    Deposit deposit;
};

/// A piece of a content, and where it belongs.
struct Piece {
    std::uint64_t offset = 0;
    ByteView bytes;
};

/// An upload that is open: bytes come in any order. Chunks that are complete and not the highest
/// are on the disk; the highest one is in memory, and beside (never in place) once flushed. Memory:
/// at most ten chunks, and one bit for each chunk of the content. After a write or a sync that
/// failed (a full disk), every call answers that error; what reached the disk can be resumed.
class SealedUpload {
  public:
    /// Hands what is still in memory to the system, so that an upload which broke off keeps its
    /// bytes; it does not wait for the disk, and a failure is as good as a crash.
    virtual ~SealedUpload() = default;
    [[nodiscard]] virtual const Id& stream() const = 0;
    [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
    /// One after the other, until one fails: vault_errc::too_large past content_limit_bytes,
    /// vault_errc::hole_too_large past the hole limit. Chunks that become complete are with the
    /// system when it returns; many pieces at once cost less than each for itself.
    [[nodiscard]] virtual Result<> write(std::span<const Piece> pieces) = 0;
    [[nodiscard]] Result<> write(std::uint64_t offset, ByteView bytes) {
        const Piece piece{.offset = offset, .bytes = bytes};
        return write({&piece, 1});
    }
    /// Whether a write that ends there changes the memory alone, and so cannot block: true of small
    /// contents.
    [[nodiscard]] virtual bool takes_in_memory(std::uint64_t end) const = 0;
    /// Fewer bytes than asked only at the end.
    [[nodiscard]] virtual Result<std::size_t> read(std::uint64_t offset, ByteSpan out) = 0;
    /// Shorter or longer (then zeros).
    [[nodiscard]] virtual Result<> resize(std::uint64_t size_bytes) = 0;
    /// When it returns, all that was written survives a power cut, as this unfinished upload: holes
    /// are sealed by it, as zeros. (A chunk below the highest that is written anew after that, in
    /// place, can be torn by a power cut; the upload then ends before it.)
    [[nodiscard]] virtual Result<> flush() = 0;
};

/// A sealed file, open for reading. Nothing leaves it that was not verified first.
class SealedReader {
  public:
    virtual ~SealedReader() = default;
    [[nodiscard]] virtual const Sealed& facts() const = 0;
    /// Fewer bytes than asked only at the end. vault_errc::altered: nothing of the chunk at fault
    /// is given out. A read that reaches the end having come in order from the start is also held
    /// against the header's digest of all tags, before its last chunk leaves.
    [[nodiscard]] virtual Result<std::size_t> read(std::uint64_t offset, ByteSpan out) = 0;
};

}  // namespace consign::vault
