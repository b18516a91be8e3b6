// The header of a sealed file, version 1: docs/formats/sealed-file.md, "Header". Three parts, each
// of whole 512-byte sectors: in clear, how to find the key; sealed once, who deposits what; sealed
// at the commit, in a sector of its own, what the content is.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/disk.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/vault/sealed_file.hpp"

namespace consign::vault {

inline constexpr std::size_t clear_part_bytes = 512;
inline constexpr std::size_t opening_part_bytes = 3072;
inline constexpr std::size_t closing_part_bytes = 512;
inline constexpr std::size_t closing_part_offset = clear_part_bytes + opening_part_bytes;
static_assert(closing_part_offset + closing_part_bytes == header_bytes);

/// Magic, version, suite and stream id.
inline constexpr std::size_t identity_bytes = 28;
inline constexpr std::size_t slot_limit = 8;
inline constexpr std::size_t slot_count_offset = identity_bytes;
inline constexpr std::size_t slots_offset = slot_count_offset + 1;
inline constexpr std::size_t slot_bytes = 4 + evp::wrapped_key_bytes;

/// What the commit adds.
struct Closing {
    std::uint64_t size_bytes = 0;
    std::uint64_t chunk_count = 0;
    Digest32 sha256{};      // of the content
    Digest32 tag_digest{};  // SHA-256 of all records' tags, in order
};

/// Seals and opens the parts that the DEK protects. One thread at a time.
class HeaderCipher {
  public:
    HeaderCipher(const SecretKey& dek, const Id& stream, RandomSource& random);

    /// The header of an upload: its closing part is zeros, so that it passes for no finished file.
    [[nodiscard]] Bytes begin(const keyring::WrappedDek& slot, const Deposit& deposit);
    /// The closing part of a finished file.
    [[nodiscard]] Bytes close(const Closing& closing);

    /// vault_errc::altered.
    [[nodiscard]] Result<Deposit> deposit(ByteView header);
    [[nodiscard]] Result<Closing> closing(ByteView header);

  private:
    evp::Gcm gcm_;
    Id stream_;
    RandomSource& random_;
};

/// A header as it stands in its file, and the DEK that its first slot that unwraps gave.
struct FoundHeader {
    Bytes bytes;
    SecretKey dek;
};

/// vault_errc::altered: no header of this version, or another stream's; else the disk's error, or
/// what the keyring says of the last slot. Its sealed parts are HeaderCipher's to verify.
[[nodiscard]] Result<FoundHeader> read_header(DiskFile& file, const Id& stream,
                                              const keyring::Keyring& keys);

/// No key is in its slots: the file was destroyed, and nothing leads to its content.
[[nodiscard]] Result<bool> has_no_slots(DiskFile& file);
/// Something stands where a commit writes, whether or not it can be verified.
[[nodiscard]] Result<bool> has_closing_part(DiskFile& file);
/// Zeros over the slots, and synced: they are all that leads to the file's key, so what a disk may
/// keep of the rest is noise.
[[nodiscard]] Result<> destroy_slots(DiskFile& file);
/// The same of a header that begins there, without the sync.
[[nodiscard]] Result<> zero_slots(DiskFile& file, std::uint64_t header_offset);
/// Whose header begins so, if one does.
[[nodiscard]] std::optional<Id> stream_of(ByteView identity);

}  // namespace consign::vault
