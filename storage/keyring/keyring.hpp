// The keyring: a file of its own, never in SQLite. The root key wraps every key in it; the KEKs in
// it wrap each sealed file's DEK. docs/formats/keyring.md is its format.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>

#include "base/clock.hpp"
#include "base/disk.hpp"
#include "base/evp.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/keyring/key.hpp"
#include "storage/keyring/keyring_file.hpp"

namespace consign::keyring {

struct WrappedDek {
    KeyId kek = 0;
    evp::WrappedKey bytes{};
};

/// Safe to call from any thread. Errors: keyring_errc, or the disk's.
class Keyring {
  public:
    /// Makes the file with one key of each purpose. std::errc::file_exists where it is there.
    [[nodiscard]] static Result<> create(Disk& disk, const Disk::Path& path, const SecretKey& root,
                                         RandomSource& random, Timestamp now);
    /// keyring_errc::wrong_root_key, keyring_errc::damaged, or the disk's error. `disk` and
    /// `random` outlive the keyring; `root` need not.
    [[nodiscard]] static Result<std::unique_ptr<Keyring>> open(Disk& disk, Disk::Path path,
                                                               const SecretKey& root,
                                                               RandomSource& random);

    /// Under the current KEK.
    [[nodiscard]] WrappedDek wrap(const SecretKey& dek) const;
    /// keyring_errc::no_such_key where the KEK was destroyed; keyring_errc::refused where it does
    /// not fit.
    [[nodiscard]] Result<SecretKey> unwrap(const WrappedDek& wrapped) const;

    /// The newest key of a purpose that has one whatever the month: content, name or index.
    [[nodiscard]] KeyId current(Purpose purpose) const;
    /// keyring_errc::no_such_key where it is unknown, of another purpose, or destroyed.
    [[nodiscard]] Result<SecretKey> key(Purpose purpose, KeyId id) const;
    /// The ledger-period key of the month of `now`; made, and durable, before this returns. Costs a
    /// shared lock while the month stays the same.
    [[nodiscard]] Result<KeyId> period_key_for(Timestamp now);

    /// Forgets a key for good, on the disk (also what the old file held of it) and in memory;
    /// succeeds where it was destroyed before. keyring_errc::in_use for the current key of content,
    /// name or index; keyring_errc::no_such_key.
    [[nodiscard]] Result<> destroy(KeyId id);

  private:
    Keyring(Disk& disk, Disk::Path path, const SecretKey& root, RandomSource& random);

    [[nodiscard]] Result<> rewrite(KeyringFile changed);
    [[nodiscard]] Result<SecretKey> find(Purpose purpose, KeyId id) const;
    [[nodiscard]] KeyId newest(Purpose purpose) const;

    Disk& disk_;
    const Disk::Path path_;
    RandomSource& random_;
    const RootKeys root_;

    mutable std::shared_mutex mutex_;  // guards all below
    KeyringFile file_;
    std::map<KeyId, SecretKey> secrets_;  // unwrapped; none for a destroyed key
    struct Period {
        std::chrono::year_month month{};
        KeyId key = 0;
    } last_period_;
};

}  // namespace consign::keyring
