// What a start does with the journal that a crash left: Vault's part, which has the keys.
#include <algorithm>
#include <tuple>

#include "storage/keyring/errc.hpp"
#include "storage/vault/errc.hpp"
#include "storage/vault/header.hpp"
#include "storage/vault/reader.hpp"
#include "storage/vault/remove_name.hpp"
#include "storage/vault/vault.hpp"

namespace consign::vault {

namespace {

/// A part of a file, read as if it were one.
class Slice final : public DiskFile {
  public:
    /// `file` outlives it.
    Slice(DiskFile& file, std::uint64_t offset, std::uint64_t size_bytes)
        : file_(file), offset_(offset), size_(size_bytes) {}

    Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) override {
        if (offset >= size_) return std::size_t{0};
        return file_.read_at(offset_ + offset,
                             out.first(std::min<std::uint64_t>(out.size(), size_ - offset)));
    }
    Result<std::uint64_t> size_bytes() override { return size_; }
    Result<> write_at(std::uint64_t, ByteView) override { return refused(); }
    Result<> truncate(std::uint64_t) override { return refused(); }
    Result<> sync() override { return refused(); }
    Result<> sync_file_system() override { return refused(); }

  private:
    static Result<> refused() { return failure(std::errc::operation_not_permitted); }

    DiskFile& file_;
    const std::uint64_t offset_, size_;
};

/// Reads all of it: what comes out was verified.
Result<> verify(SealedReader& reader) {
    Bytes buffer(chunk_bytes);
    for (std::uint64_t at = 0; at < reader.facts().size_bytes;) {
        const auto count = reader.read(at, buffer);
        if (!count) return failure(count.error());
        at += *count;
    }
    return {};
}

struct Found {
    Id stream;
    std::uint64_t length = 0;  // of the sealed file
};

/// The sealed file that begins there; vault_errc::altered: none, or it was not whole when the power
/// went, so that nobody had an answer for it, or its slots were overwritten. Its first sector is
/// there or not: where its key does not open, the keyring is not the one that sealed it.
Result<Found> find(DiskFile& segment, std::uint64_t offset, const keyring::Keyring& keys,
                   RandomSource& random) {
    const auto size = segment.size_bytes();
    if (!size) return failure(size.error());
    const std::uint64_t rest = std::min<std::uint64_t>(*size - offset, Journal::image_limit_bytes);
    Slice at_most(segment, offset, rest);
    Bytes identity(identity_bytes);
    if (const auto count = at_most.read_at(0, identity); !count) return failure(count.error());
    const auto stream = stream_of(identity);
    if (!stream) return failure(vault_errc::altered);
    const auto gone = has_no_slots(at_most);
    if (!gone) return failure(gone.error());
    if (*gone) return failure(vault_errc::altered);
    const auto header = read_header(at_most, *stream, keys);
    if (!header && (header.error() == vault_errc::altered ||
                    header.error() == keyring::keyring_errc::no_such_key))
        return failure(vault_errc::foreign_journal);
    if (!header) return failure(header.error());
    const auto closing = HeaderCipher(header->dek, *stream, random).closing(header->bytes);
    if (!closing) return failure(closing.error());
    const Found found{.stream = *stream, .length = sealed_bytes(closing->size_bytes)};
    if (found.length > rest) return failure(vault_errc::altered);
    const auto reader =
        Reader::over(std::make_unique<Slice>(segment, offset, found.length), keys, random, *stream);
    if (!reader) return failure(reader.error());
    if (auto done = verify(**reader); !done) return failure(done.error());
    return found;
}

}  // namespace

Result<> Vault::replay_journal() {
    return Journal::replay(disk_, staging_, [this](DiskFile& segment, std::uint64_t offset) {
        return put_back(segment, offset);
    });
}

/// Both names lead to it afterwards: whether it was deposited, the catalog knows, and what is
/// staged is held against that.
Result<std::uint64_t> Vault::put_back(DiskFile& segment, std::uint64_t offset) {
    const auto found = find(segment, offset, keys_, random_);
    if (!found && found.error() == vault_errc::altered) return 0;
    if (!found) return failure(found.error());
    const Id& stream = found->stream;
    if (auto done = make_shard(stream); !done) return failure(done.error());
    if (is_whole(stream)) {
        auto staged = disk_.link(vault_path(stream), staging_path(stream));
        if (!staged && staged.error() != std::errc::file_exists) return failure(staged.error());
        return found->length;
    }
    for (const auto& path : {staging_path(stream), vault_path(stream)})
        if (auto done = remove_name(disk_, path); !done) return failure(done.error());
    Bytes image(static_cast<std::size_t>(found->length));
    if (const auto count = segment.read_at(offset, image); !count) return failure(count.error());
    auto file = disk_.create(staging_path(stream));
    if (!file) return failure(file.error());
    if (auto done = (*file)->write_at(0, image); !done) return failure(done.error());
    if (auto done = link_into_vault(stream); !done) return failure(done.error());
    return found->length;
}

bool Vault::is_whole(const Id& stream) const {
    const auto reader = open(stream);
    return reader && verify(**reader);
}

}  // namespace consign::vault
