#include "storage/vault/tail.hpp"

#include "storage/vault/remove_name.hpp"

namespace consign::vault {

namespace {

constexpr std::array<std::uint8_t, 8> magic{'C', 'O', 'N', 'S', 'T', 'A', 'I', 'L'};
constexpr std::uint16_t version = 1;
constexpr std::size_t clear_bytes = magic.size() + 2 + 8;

Result<std::unique_ptr<DiskFile>> write_fresh(Disk& disk, const TailPaths& paths,
                                              RecordCipher& cipher, std::uint64_t index,
                                              ByteView content) {
    Bytes bytes;
    bytes.reserve(clear_bytes + record_overhead_bytes + content.size());
    ByteWriter(bytes).raw(magic).u16(version).u64(index);
    bytes.resize(clear_bytes + record_overhead_bytes + content.size());
    cipher.seal(index, Place::beside, content, ByteSpan(bytes).subspan(clear_bytes));
    if (auto done = remove_name(disk, paths.fresh); !done) return failure(done.error());
    auto file = disk.create(paths.fresh);
    if (!file) return file;
    if (auto done = (*file)->write_at(0, bytes); !done) return failure(done.error());
    return file;
}

/// A tail that is torn, cut or altered counts as none: what it held was never acknowledged, or a
/// settled one holds it too.
Result<std::optional<Tail>> read_tail(Disk& disk, const Disk::Path& path, RecordCipher& cipher) {
    const auto bytes = read_whole(disk, path, clear_bytes + record_bytes);
    if (!bytes && (bytes.error() == std::errc::no_such_file_or_directory ||
                   bytes.error() == std::errc::file_too_large))
        return std::nullopt;
    if (!bytes) return failure(bytes.error());
    ByteReader reader(*bytes);
    const bool known =
        std::ranges::equal(reader.take(magic.size()), magic) && reader.u16() == version;
    Tail tail;
    tail.index = reader.u64();
    const ByteView record = reader.rest();
    if (!known || reader.failed() || record.size() < record_overhead_bytes) return std::nullopt;
    tail.content.resize(record.size() - record_overhead_bytes);
    if (!cipher.open(tail.index, Place::beside, record, tail.content)) return std::nullopt;
    return tail;
}

}  // namespace

TailPaths::TailPaths(const Disk::Path& upload) : settled(upload), fresh(upload) {
    settled += ".tail";
    fresh += ".tail.new";
}

Result<> write_fresh_tail(Disk& disk, const TailPaths& paths, RecordCipher& cipher,
                          std::uint64_t index, ByteView content) {
    const auto file = write_fresh(disk, paths, cipher, index, content);
    if (!file) return failure(file.error());
    return {};
}

Result<> settle_tail(Disk& disk, const TailPaths& paths, RecordCipher& cipher, std::uint64_t index,
                     ByteView content) {
    const auto file = write_fresh(disk, paths, cipher, index, content);
    if (!file) return failure(file.error());
    if (auto done = (*file)->sync(); !done) return done;
    if (auto done = disk.rename(paths.fresh, paths.settled); !done) return done;
    return disk.sync_directory(paths.settled.parent_path());
}

Result<std::optional<Tail>> find_tail(Disk& disk, const TailPaths& paths, RecordCipher& cipher,
                                      std::uint64_t index) {
    for (const auto& path : {paths.fresh, paths.settled}) {
        auto tail = read_tail(disk, path, cipher);
        if (!tail || (*tail && (*tail)->index == index)) return tail;
    }
    return std::nullopt;
}

Result<> remove_tails(Disk& disk, const TailPaths& paths) {
    if (auto done = remove_name(disk, paths.fresh); !done) return done;
    return remove_name(disk, paths.settled);
}

}  // namespace consign::vault
