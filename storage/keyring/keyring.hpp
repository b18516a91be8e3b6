// The keyring: a file of its own, never in SQLite. The root key wraps every key in it; the KEKs in
// it wrap each sealed file's DEK. docs/formats/keyring.md is its format.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

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

/// A key of the ledger's, which a month has.
struct PeriodKey {
    KeyId id = 0;
    Purpose purpose{};
    std::chrono::year_month month{};

    bool operator==(const PeriodKey&) const = default;
};

/// The month of a time, UTC, and its first moment.
[[nodiscard]] std::chrono::year_month month_of(Timestamp time);
[[nodiscard]] Timestamp start_of(std::chrono::year_month month);
/// "2026-11"
[[nodiscard]] std::string period_text(std::chrono::year_month month);
[[nodiscard]] std::optional<std::chrono::year_month> month_named(std::string_view text);

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

    /// What open() would refuse; changes nothing.
    [[nodiscard]] static Result<> check(Disk& disk, const Disk::Path& path, const SecretKey& root,
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
    /// The key of the month of `now` for one of the ledger's two purposes; made, and durable,
    /// before this returns, also where the month's former one was destroyed. Costs a shared lock
    /// while the month stays the same.
    [[nodiscard]] Result<KeyId> period_key_for(Timestamp now, Purpose purpose);
    /// A key that a month has, whichever of the two purposes it is of: a row says the id alone.
    /// keyring_errc::no_such_key, as for key().
    [[nodiscard]] Result<SecretKey> period_key(KeyId id) const;
    /// Those that are not destroyed, in the order of their ids.
    [[nodiscard]] std::vector<PeriodKey> period_keys() const;

    /// Forgets a key for good, on the disk (also what the old file held of it) and in memory;
    /// succeeds where it was destroyed before. keyring_errc::in_use for the current key of content,
    /// name or index; keyring_errc::no_such_key.
    [[nodiscard]] Result<> destroy(KeyId id);

  private:
    struct Period {
        std::chrono::year_month month{};
        KeyId key = 0;
    };

    Keyring(Disk& disk, Disk::Path path, const SecretKey& root, RandomSource& random);

    [[nodiscard]] static Result<std::unique_ptr<Keyring>> read(Disk& disk, Disk::Path path,
                                                               const SecretKey& root,
                                                               RandomSource& random);
    [[nodiscard]] Result<> rewrite(KeyringFile changed);
    [[nodiscard]] Result<SecretKey> find(Purpose purpose, KeyId id) const;
    [[nodiscard]] KeyId newest(Purpose purpose) const;
    [[nodiscard]] Period& last_period(Purpose purpose);

    Disk& disk_;
    const Disk::Path path_;
    RandomSource& random_;
    const RootKeys root_;

    mutable std::shared_mutex mutex_;  // guards all below
    KeyringFile file_;
    std::map<KeyId, SecretKey> secrets_;  // unwrapped; none for a destroyed key
    std::array<Period, 2> last_periods_;  // of access, of file traces
};

}  // namespace consign::keyring
