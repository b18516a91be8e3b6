// A store from its data folder (storage/data_folder.hpp): for the daemon, and for the command where
// no daemon runs.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "base/disk.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "storage/store.hpp"

namespace consign {

/// Makes the folder with a keyring, an empty database and an empty vault, all durable when it
/// returns. std::errc::file_exists where there is a keyring already: nothing is overwritten.
/// data_folder_errc::no_keyring where there is none beside what was stored.
[[nodiscard]] Result<> create_store(Disk& disk, const std::filesystem::path& folder,
                                    const SecretKey& root, RandomSource& random, Timestamp now);

/// Makes an empty database in a folder whose own is lost: all sealed files are strays then
/// (vault::Vault::committed), and its ledger begins anew. std::errc::file_exists where there is
/// one; data_folder_errc::remains, keyring_errc.
[[nodiscard]] Result<> create_database(Disk& disk, const std::filesystem::path& folder,
                                       const SecretKey& root, RandomSource& random);

/// What open_store() would refuse, as far as it shows without the lock and without a change: a
/// daemon may have the folder open. Without a root key the keyring is not looked into.
[[nodiscard]] Result<> check_store(Disk& disk, const std::filesystem::path& folder,
                                   const SecretKey* root, RandomSource& random);

/// Told before a database of an older version is brought to this one, which takes minutes where the
/// ledger is long.
using Migrating = std::function<void(std::size_t from, std::size_t to)>;

/// Locks the folder and opens what is in it; the store holds the lock. Errors: data_folder_errc,
/// keyring_errc, the database's, or the disk's. `disk` and `random` outlive the store. With a
/// journal small files share their syncs; it costs room, and work at the start.
[[nodiscard]] Result<std::unique_ptr<Store>> open_store(
    Disk& disk, const std::filesystem::path& folder, const SecretKey& root, RandomSource& random,
    std::size_t pool_threads, const Migrating& migrating = {},
    std::optional<vault::Journal::Shape> journal = {});

}  // namespace consign
