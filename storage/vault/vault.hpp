// The vault: a folder of sealed files, and the folder of those not finished yet.
//   FOLDER/staging/STREAM            an upload to its commit, once more than memory holds it
//   FOLDER/staging/STREAM.tail       its highest chunk, where that was flushed before the end
//   FOLDER/staging/STREAM.tail.new   the same, not known to have reached the disk
//   FOLDER/staging/journal.N         small committed files, until they are durable by their names
//   FOLDER/vault/ab/STREAM           a committed file (ab: the first byte of the stream id)
// Blocks on the disk; safe from several threads. One at a time changes a stream: whoever has a live
// SealedUpload of it, or is within resume, abandon or destroy. Who comes second gets
// std::errc::device_or_resource_busy from resume, verified_size, abandon and destroy, and the file
// is untouched.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "storage/keyring/keyring.hpp"
#include "storage/vault/errc.hpp"
#include "storage/vault/held_streams.hpp"
#include "storage/vault/journal.hpp"
#include "storage/vault/sealed_file.hpp"

namespace consign::vault {

class OpenUpload;

class Vault {
  public:
    /// Makes the folders where they are missing, and puts back what the journal holds: staged and
    /// in the vault, as if the crash had come right after its commit. Without `journal` each commit
    /// has its own sync. `disk`, `keys` and `random` outlive the vault. The
    /// vault outlives each upload; its disk and random source outlive each reader.
    [[nodiscard]] static Result<std::unique_ptr<Vault>> open(Disk& disk, Disk::Path folder,
                                                             const keyring::Keyring& keys,
                                                             RandomSource& random,
                                                             std::optional<Journal::Shape> journal);

    /// std::errc::no_space_on_device where deposits would find none: what is left is the ledger's.
    [[nodiscard]] Result<> has_room() const;
    /// The same where one with so much content would; vault_errc::too_large.
    [[nodiscard]] Result<> has_room_for(std::uint64_t size_bytes) const;
    /// A new upload, with a fresh stream id and DEK. It has a file in staging once more is written
    /// than one chunk, it is flushed, committed, or left without either.
    /// std::errc::filename_too_long where the deposit's path or account is past its limit.
    [[nodiscard]] Result<std::unique_ptr<SealedUpload>> begin(Deposit deposit);
    /// An unfinished upload as it is on the disk: its verified prefix, durable when this returns.
    /// Its size is the prefix's. Call it only for a stream whose deposit the catalog does not hold:
    /// a commit that came to nothing is taken back, and its name in the vault with it.
    /// vault_errc::altered where not even the header can be verified (nothing of such an upload was
    /// ever acknowledged, unless somebody altered it): abandon it. It reads all of the upload, and
    /// ends with std::errc::operation_canceled, nothing lost, once `stop` asks for it.
    [[nodiscard]] Result<std::unique_ptr<SealedUpload>> resume(const Id& stream,
                                                               std::stop_token stop = {});
    /// The size that `resume` would find, or its error. Changes nothing on the disk. It keeps
    /// nobody from the stream: of one that was resumed and left in the meantime it may tell less
    /// than is there now.
    [[nodiscard]] Result<std::uint64_t> verified_size(const Id& stream,
                                                      std::stop_token stop = {}) const;
    /// Seals the end, links the file into the vault, syncs the file and the folder; or, where it is
    /// small and never was on the disk, adds it to the journal and writes it there. When it returns
    /// the content is durable; the staging name, or its place in the journal, stays until
    /// `unstage`, so a crash before the catalog's transaction leaves a resumable upload, whatever
    /// stands in the vault. `upload` takes no further write, and holds its stream until it is
    /// destroyed. vault_errc::altered, and nothing in the vault, where the file on the disk is not
    /// as long as what was written. Who commits ends it by `unstage`, `restage` or `destroy`.
    [[nodiscard]] Result<Sealed> commit(SealedUpload& upload);
    /// Removes the staging name of a file whose transaction is durable, and its tails; its
    /// SealedUpload may still live. Succeeds where they are gone.
    [[nodiscard]] Result<> unstage(const Id& stream);
    /// The same where the file has no staging name because the journal holds it, and never blocks;
    /// otherwise false, and `unstage` is still to be called.
    [[nodiscard]] bool unstage_at_once(const Id& stream);
    /// Its transaction failed: it has a staging name again, as any upload that can be resumed.
    [[nodiscard]] Result<> restage(const Id& stream);

    /// vault_errc::altered where the file is not what was sealed under this stream id;
    /// std::errc::no_such_file_or_directory.
    [[nodiscard]] Result<std::unique_ptr<SealedReader>> open(const Id& stream) const;

    /// Keeps others from changing a stream meanwhile, as a live SealedUpload of it does. Nothing
    /// where somebody is at work with it. The vault outlives it.
    [[nodiscard]] std::optional<StreamHold> hold(const Id& stream) { return held_.take(stream); }

    /// Overwrites the key slots, syncs, unlinks, under every name that it has: a committed file, or
    /// an unfinished upload (whose SealedUpload was destroyed before). Succeeds where it is gone.
    [[nodiscard]] Result<> destroy(const Id& stream);
    /// The same, and nothing where it `is_known`, which is asked while the stream is held.
    [[nodiscard]] Result<> destroy_unless(const Id& stream,
                                          const std::function<Result<bool>()>& is_known);
    /// Destroys an unfinished upload (whose SealedUpload was destroyed before), and never a
    /// finished file: nothing on the disk tells a commit whose transaction failed from one that was
    /// acknowledged before the database was put back to an older copy. So where the name in the
    /// vault is there and the staged file has a closing part, only the staging name goes, and the
    /// file stays for scrub to list until an administrator's word; so does one that its depositor
    /// removed between its commit and a transaction that failed. Succeeds, and leaves the vault
    /// alone, where nothing is staged.
    [[nodiscard]] Result<> abandon(const Id& stream);

    /// Stream ids found in staging (for the start-up sweep) and in the vault (for scrub),
    /// unordered.
    [[nodiscard]] Result<std::vector<Id>> staged() const;
    [[nodiscard]] Result<std::vector<Id>> committed() const;
    /// Those whose id begins with this byte: a part of `committed` that fits into memory.
    [[nodiscard]] Result<std::vector<Id>> committed_in(std::uint8_t first_byte) const;

  private:
    Vault(Disk& disk, const Disk::Path& folder, const keyring::Keyring& keys, RandomSource& random);

    [[nodiscard]] Disk::Path staging_path(const Id& stream) const;
    [[nodiscard]] Disk::Path shard_of(const Id& stream) const;
    [[nodiscard]] Disk::Path vault_path(const Id& stream) const;
    [[nodiscard]] Result<> make_shard(const Id& stream);
    [[nodiscard]] Result<Sealed> commit_small(OpenUpload& upload);
    [[nodiscard]] Result<Sealed> commit_by_itself(OpenUpload& upload);
    [[nodiscard]] Result<> write_whole(const Disk::Path& path, ByteView image);
    [[nodiscard]] Result<> link_into_vault(const Id& stream);
    [[nodiscard]] Result<> forget_journaled(const Id& stream);
    [[nodiscard]] Result<> erase(const Disk::Path& path);
    [[nodiscard]] Result<> remove_durably(const Disk::Path& path);
    // replay.cpp
    [[nodiscard]] Result<> replay_journal();
    [[nodiscard]] Result<std::uint64_t> put_back(DiskFile& segment, std::uint64_t offset);
    [[nodiscard]] bool is_whole(const Id& stream) const;

    Disk& disk_;
    const Disk::Path staging_;
    const Disk::Path vault_;
    const keyring::Keyring& keys_;
    RandomSource& random_;
    HeldStreams held_;
    std::array<std::atomic<bool>, 256> shard_durable_{};  // by the stream id's first byte
    std::unique_ptr<Journal> journal_;                    // null: each commit has its own sync
};

}  // namespace consign::vault
