// The highest chunk of an unfinished upload, beside its file: docs/formats/sealed-file.md, "Tail".
// A chunk that is not full yet is never written in place, so no crash can tear what was
// acknowledged.
#pragma once

#include <optional>

#include "base/disk.hpp"
#include "storage/vault/record.hpp"

namespace consign::vault {

struct Tail {
    std::uint64_t index = 0;  // of the chunk
    Bytes content;
};

/// Where an unfinished upload keeps its tail: `settled` was synced before it had this name; `fresh`
/// is newer, and may be torn.
struct TailPaths {
    explicit TailPaths(const Disk::Path& upload);
    Disk::Path settled;
    Disk::Path fresh;
};

/// Writes the fresh tail, and leaves it to the system when it reaches the disk.
[[nodiscard]] Result<> write_fresh_tail(Disk& disk, const TailPaths& paths, RecordCipher& cipher,
                                        std::uint64_t index, ByteView content);
/// When it returns, this tail is the settled one, and survives a power cut.
[[nodiscard]] Result<> settle_tail(Disk& disk, const TailPaths& paths, RecordCipher& cipher,
                                   std::uint64_t index, ByteView content);
/// The newest whole tail of chunk `index`: none where there is none, or an older one.
[[nodiscard]] Result<std::optional<Tail>> find_tail(Disk& disk, const TailPaths& paths,
                                                    RecordCipher& cipher, std::uint64_t index);
/// Succeeds where there is none.
[[nodiscard]] Result<> remove_tails(Disk& disk, const TailPaths& paths);

}  // namespace consign::vault
