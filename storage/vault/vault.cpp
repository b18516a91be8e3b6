#include "storage/vault/vault.hpp"

#include <algorithm>
#include <tuple>

#include "base/fault_point.hpp"
#include "storage/vault/header.hpp"
#include "storage/vault/open_upload.hpp"
#include "storage/vault/reader.hpp"
#include "storage/vault/record.hpp"
#include "storage/vault/remove_name.hpp"
#include "storage/vault/room.hpp"

namespace consign::vault {

namespace {

constexpr std::size_t stream_digits = 2 * Id::size_bytes;

std::unexpected<std::error_code> busy() {
    return failure(std::errc::device_or_resource_busy);
}

}  // namespace

Vault::Vault(Disk& disk, const Disk::Path& folder, const keyring::Keyring& keys,
             RandomSource& random)
    : disk_(disk),
      staging_(folder / "staging"),
      vault_(folder / "vault"),
      keys_(keys),
      random_(random) {}

Result<std::unique_ptr<Vault>> Vault::open(Disk& disk, Disk::Path folder,
                                           const keyring::Keyring& keys, RandomSource& random,
                                           std::optional<Journal::Shape> journal) {
    std::unique_ptr<Vault> vault(new Vault(disk, folder, keys, random));
    for (const auto& path : {folder, vault->staging_, vault->vault_})
        if (auto done = disk.make_directory(path); !done) return failure(done.error());
    if (auto done = disk.sync_directory(folder); !done) return failure(done.error());
    if (auto done = vault->replay_journal(); !done) return failure(done.error());
    if (journal) vault->journal_ = std::make_unique<Journal>(disk, vault->staging_, *journal);
    return vault;
}

Result<> Vault::has_room() const {
    return leaves_reserve(disk_, vault_, 0);
}

Result<> Vault::has_room_for(std::uint64_t size_bytes) const {
    if (size_bytes > content_limit_bytes) return failure(vault_errc::too_large);
    return leaves_reserve(disk_, vault_, sealed_bytes(size_bytes));
}

Result<std::unique_ptr<SealedUpload>> Vault::begin(Deposit deposit) {
    const Id stream = Id::made_at(deposit.opened, random_);
    auto hold = held_.take(stream);
    if (!hold) return busy();
    return OpenUpload::begin(disk_, staging_path(stream), keys_, random_, std::move(*hold),
                             std::move(deposit));
}

Result<std::unique_ptr<SealedUpload>> Vault::resume(const Id& stream, std::stop_token stop) {
    auto hold = held_.take(stream);
    if (!hold) return busy();
    if (auto done = restage(stream); !done) return failure(done.error());
    // Also what a segment that failed may have of it: no start is to go back to that.
    if (auto done = forget_journaled(stream); !done) return failure(done.error());
    auto upload =
        OpenUpload::resume(disk_, staging_path(stream), keys_, random_, std::move(*hold), stop);
    if (!upload) return failure(upload.error());
    if (auto done = remove_durably(vault_path(stream)); !done) return failure(done.error());
    return upload;
}

/// Holds nothing, so that no stat keeps a stream from its depositor. What is read under a change
/// is at fault only for as long as whoever makes it holds the stream, so it is asked again after.
Result<std::uint64_t> Vault::verified_size(const Id& stream, std::stop_token stop) const {
    if (held_.is_held(stream)) return busy();
    const bool is_journaled = journal_ && journal_->holds(stream);  // restage() failed
    const auto path = is_journaled ? vault_path(stream) : staging_path(stream);
    auto size = OpenUpload::verified_size(disk_, path, keys_, random_, stream, stop);
    if (held_.is_held(stream)) return busy();
    return size;
}

Result<Sealed> Vault::commit(SealedUpload& upload) {
    auto& open = dynamic_cast<OpenUpload&>(upload);  // the vault makes no other
    if (auto done = open.seal(); !done) return failure(done.error());
    auto sealed = open.image().empty() ? commit_by_itself(open) : commit_small(open);
    if (!sealed) std::ignore = open.write_image();  // it stays an upload that can be resumed
    return sealed;
}

/// The journal is asked first: what stands in the vault without a row then stands there as well,
/// for the next start to find.
Result<Sealed> Vault::commit_small(OpenUpload& upload) {
    const Id& stream = upload.stream();
    if (auto room = leaves_reserve(disk_, vault_, upload.image().size()); !room)
        return failure(room.error());
    if (auto done = make_shard(stream); !done) return failure(done.error());
    if (!journal_ || !journal_->add(stream, upload.image())) {
        if (auto done = upload.write_image(); !done) return failure(done.error());
        return commit_by_itself(upload);
    }
    if (auto done = write_whole(vault_path(stream), upload.image()); !done) {
        std::ignore = journal_->forget(stream);
        return failure(done.error());
    }
    return upload.sealed();
}

Result<Sealed> Vault::commit_by_itself(OpenUpload& upload) {
    const Id& stream = upload.stream();
    if (auto done = make_shard(stream); !done) return failure(done.error());
    // Linked before it is synced: the file's sync then carries the new name along (on ext4, for
    // one), and that of the folder finds little to do.
    if (auto done = link_into_vault(stream); !done) return failure(done.error());
    if (auto done = upload.sync(); !done) {
        std::ignore = disk_.remove(vault_path(stream));
        return failure(done.error());
    }
    if (auto done = disk_.sync_directory(shard_of(stream)); !done) return failure(done.error());
    return upload.sealed();
}

Result<> Vault::write_whole(const Disk::Path& path, ByteView image) {
    auto file = disk_.create(path);
    // From an earlier try, which a power cut kept.
    if (!file && file.error() == std::errc::file_exists) {
        if (auto done = disk_.remove(path); !done) return done;
        file = disk_.create(path);
    }
    if (!file) return failure(file.error());
    auto done = (*file)->write_at(0, image);
    if (!done) std::ignore = disk_.remove(path);
    return done;
}

Result<> Vault::link_into_vault(const Id& stream) {
    auto linked = disk_.link(staging_path(stream), vault_path(stream));
    // A name from an earlier try, which a power cut kept: the same file, or nobody's.
    if (!linked && linked.error() == std::errc::file_exists) {
        if (auto done = disk_.remove(vault_path(stream)); !done) return done;
        linked = disk_.link(staging_path(stream), vault_path(stream));
    }
    return linked;
}

bool Vault::unstage_at_once(const Id& stream) {
    return journal_ && journal_->settle(stream);
}

Result<> Vault::restage(const Id& stream) {
    if (!journal_ || !journal_->holds(stream)) return {};
    const auto linked = disk_.link(vault_path(stream), staging_path(stream));
    // It may be staged already, and what was written into the vault may be gone.
    if (!linked && linked.error() != std::errc::file_exists &&
        linked.error() != std::errc::no_such_file_or_directory)
        return linked;
    const auto file = disk_.open(staging_path(stream), Disk::Access::read_write);
    if (!file && file.error() != std::errc::no_such_file_or_directory) return failure(file.error());
    if (file) {
        if (auto done = (*file)->sync(); !done) return done;
        for (const auto& folder : {staging_, shard_of(stream)})
            if (auto done = disk_.sync_directory(folder); !done) return done;
    }
    return journal_->forget(stream);
}

Result<> Vault::forget_journaled(const Id& stream) {
    return journal_ ? journal_->forget(stream) : Result<>();
}

Result<> Vault::unstage(const Id& stream) {
    if (unstage_at_once(stream)) return {};
    const auto path = staging_path(stream);
    // The tail first: alone, it would be of no upload.
    if (auto done = remove_tails(disk_, TailPaths(path)); !done) return done;
    return remove_name(disk_, path);
}

Result<std::unique_ptr<SealedReader>> Vault::open(const Id& stream) const {
    return Reader::open(disk_, vault_path(stream), keys_, random_, stream);
}

Result<> Vault::destroy(const Id& stream) {
    return destroy_unless(stream, [] { return Result<bool>(false); });
}

Result<> Vault::destroy_unless(const Id& stream, const std::function<Result<bool>()>& is_known) {
    const auto hold = held_.take(stream);
    if (!hold) return busy();
    const auto known = is_known();
    if (!known) return failure(known.error());
    if (*known) return {};
    if (auto done = forget_journaled(stream); !done) return done;
    const auto staged = staging_path(stream);
    if (auto done = remove_tails(disk_, TailPaths(staged)); !done) return done;
    if (auto done = erase(staged); !done) return done;
    return erase(vault_path(stream));
}

Result<> Vault::abandon(const Id& stream) {
    const auto hold = held_.take(stream);
    if (!hold) return busy();
    if (auto done = restage(stream); !done) return done;
    const auto staged = disk_.open(staging_path(stream), Disk::Access::read_write);
    if (!staged && staged.error() == std::errc::no_such_file_or_directory)
        return unstage(stream);  // a tail may have been left alone
    if (!staged) return failure(staged.error());
    const auto in_vault = disk_.open(vault_path(stream), Disk::Access::read);
    if (!in_vault && in_vault.error() != std::errc::no_such_file_or_directory)
        return failure(in_vault.error());
    if (in_vault) {
        const auto finished = has_closing_part(**staged);
        if (!finished) return failure(finished.error());
        if (*finished) return unstage(stream);
    }
    if (auto done = destroy_slots(**staged); !done) return done;
    if (in_vault) {
        // Where the slots went from there, too, it is a name of the same file.
        const auto same = has_no_slots(**in_vault);
        if (!same) return failure(same.error());
        if (*same)
            if (auto done = remove_durably(vault_path(stream)); !done) return done;
    }
    // The name that led here goes last, so that a crash leaves what finds the rest.
    if (auto done = remove_tails(disk_, TailPaths(staging_path(stream))); !done) return done;
    return remove_durably(staging_path(stream));
}

Result<std::vector<Id>> Vault::staged() const {
    const auto names = disk_.list(staging_);
    if (!names) return failure(names.error());
    std::vector<Id> streams;
    for (const std::string& name : *names)  // tails, too: one that was left alone is found as well
        if (const auto stream = Id::from_hex(std::string_view(name).substr(0, stream_digits)))
            streams.push_back(*stream);
    std::ranges::sort(streams);
    const auto repeated = std::ranges::unique(streams);
    streams.erase(repeated.begin(), repeated.end());
    return streams;
}

Result<std::vector<Id>> Vault::committed() const {
    const auto shards = disk_.list(vault_);
    if (!shards) return failure(shards.error());
    std::vector<Id> streams;
    for (const std::string& shard : *shards) {
        const auto names = disk_.list(vault_ / shard);
        if (!names) return failure(names.error());
        for (const std::string& name : *names)
            if (const auto stream = Id::from_hex(name)) streams.push_back(*stream);
    }
    return streams;
}

Result<std::vector<Id>> Vault::committed_in(std::uint8_t first_byte) const {
    std::vector<Id> streams;
    const auto names = disk_.list(vault_ / to_hex(ByteView(&first_byte, 1)));
    if (!names && names.error() == std::errc::no_such_file_or_directory) return streams;
    if (!names) return failure(names.error());
    for (const std::string& name : *names)
        if (const auto stream = Id::from_hex(name)) streams.push_back(*stream);
    return streams;
}

Disk::Path Vault::staging_path(const Id& stream) const {
    return staging_ / stream.hex();
}

Disk::Path Vault::shard_of(const Id& stream) const {
    return vault_ / stream.hex().substr(0, 2);
}

Disk::Path Vault::vault_path(const Id& stream) const {
    return shard_of(stream) / stream.hex();
}

/// Two threads may both make it, and both sync: no harm, and no lock.
Result<> Vault::make_shard(const Id& stream) {
    auto& durable = shard_durable_.at(stream.bytes()[0]);
    if (durable) return {};
    if (auto done = disk_.make_directory(shard_of(stream)); !done) return done;
    if (auto done = disk_.sync_directory(vault_); !done) return done;
    durable = true;
    return {};
}

Result<> Vault::erase(const Disk::Path& path) {
    const auto file = disk_.open(path, Disk::Access::read_write);
    if (!file && file.error() == std::errc::no_such_file_or_directory) return {};
    if (!file) return failure(file.error());
    if (auto done = destroy_slots(**file); !done) return done;
    fault_point("retention.keys_overwritten");
    return remove_durably(path);
}

Result<> Vault::remove_durably(const Disk::Path& path) {
    auto done = disk_.remove(path);
    if (!done && done.error() == std::errc::no_such_file_or_directory) return {};
    return done ? disk_.sync_directory(path.parent_path()) : done;
}

}  // namespace consign::vault
