#include "storage/open_store.hpp"

#include <utility>

#include "storage/database/migrations.hpp"

namespace consign {

namespace {

/// What create_store() made is there. SQLite would make a database that is missing anew: a ledger
/// that begins again, and an empty tree over a full vault.
Result<> check_whole(Disk& disk, const std::filesystem::path& folder) {
    if (const auto keyring = disk.open(DataFolder::keyring_in(folder), Disk::Access::read);
        !keyring && keyring.error() == std::errc::no_such_file_or_directory)
        return failure(data_folder_errc::no_keyring);
    std::error_code error;
    const auto bytes = std::filesystem::file_size(DataFolder::database_in(folder), error);
    if (error == std::errc::no_such_file_or_directory || (!error && bytes == 0))
        return failure(data_folder_errc::no_database);
    return {};
}

/// A daemon has stored here: a keyring made anew would open none of it.
bool was_in_use(const std::filesystem::path& folder) {
    const auto has_entries = [&folder](const char* part) {
        std::error_code error;
        return std::filesystem::directory_iterator(folder / part, error) !=
               std::filesystem::directory_iterator();
    };
    return has_entries("vault") || has_entries("staging");
}

Result<> tell_of_migration(const std::filesystem::path& file, const Migrating& migrating) {
    if (!migrating) return {};
    const auto connection =
        database::Connection::open(file, database::Connection::Mode::read_write);
    if (!connection) return failure(connection.error());
    const auto version = database::version_of(**connection);
    if (!version) return failure(version.error());
    if (*version > 0 && *version < database::migrations().size())
        migrating(*version, database::migrations().size());
    return {};
}

}  // namespace

Result<> create_store(Disk& disk, const std::filesystem::path& path, const SecretKey& root,
                      RandomSource& random, Timestamp now) {
    const auto folder = DataFolder::make(path);
    if (!folder) return failure(folder.error());
    // The keyring comes last: where there is one, the rest is there.
    if (const auto known = disk.open(folder->keyring(), Disk::Access::read); known)
        return failure(std::errc::file_exists);
    if (was_in_use(path)) return failure(data_folder_errc::no_keyring);
    if (const auto database = database::Database::open(folder->database()); !database)
        return failure(database.error());
    for (const char* const part : {"staging", "vault"})
        if (const auto made = disk.make_directory(path / part); !made) return made;
    if (const auto made = keyring::Keyring::create(disk, folder->keyring(), root, random, now);
        !made)
        return made;
    if (const auto synced = disk.sync_directory(path); !synced) return synced;
    return disk.sync_directory(std::filesystem::absolute(path).parent_path());
}

Result<> create_database(Disk& disk, const std::filesystem::path& path, const SecretKey& root,
                         RandomSource& random) {
    const auto folder = DataFolder::open(path);
    if (!folder) return failure(folder.error());
    const auto whole = check_whole(disk, path);
    if (whole) return failure(std::errc::file_exists);
    if (whole.error() != data_folder_errc::no_database) return whole;
    if (auto opens = keyring::Keyring::check(disk, folder->keyring(), root, random); !opens)
        return opens;
    for (const auto& left : {DataFolder::log_in(path), DataFolder::checkpoints_in(path)}) {
        std::error_code missing;
        if (std::filesystem::file_size(left, missing) > 0 && !missing)
            return failure(data_folder_errc::remains);
    }
    if (const auto database = database::Database::open(folder->database()); !database)
        return failure(database.error());
    return disk.sync_directory(path);
}

Result<> check_store(Disk& disk, const std::filesystem::path& path, const SecretKey* root,
                     RandomSource& random) {
    if (const auto fit = DataFolder::check(path); !fit) return fit;
    if (const auto whole = check_whole(disk, path); !whole) return whole;
    if (root != nullptr)
        if (const auto opens =
                keyring::Keyring::check(disk, DataFolder::keyring_in(path), *root, random);
            !opens)
            return opens;
    return database::check_header(disk, DataFolder::database_in(path));
}

Result<std::unique_ptr<Store>> open_store(Disk& disk, const std::filesystem::path& path,
                                          const SecretKey& root, RandomSource& random,
                                          std::size_t pool_threads, const Migrating& migrating,
                                          std::optional<vault::Journal::Shape> journal) {
    auto folder = DataFolder::open(path);
    if (!folder) return failure(folder.error());
    if (const auto whole = check_whole(disk, path); !whole) return failure(whole.error());
    auto keys = keyring::Keyring::open(disk, folder->keyring(), root, random);
    if (!keys) return failure(keys.error());
    auto vault = vault::Vault::open(disk, path, **keys, random, journal);
    if (!vault) return failure(vault.error());
    if (auto told = tell_of_migration(folder->database(), migrating); !told)
        return failure(told.error());
    auto database = database::Database::open(folder->database());
    if (!database) return failure(database.error());
    return std::make_unique<Store>(std::move(*folder), std::move(*keys), std::move(*vault),
                                   std::move(*database), random, pool_threads);
}

}  // namespace consign
