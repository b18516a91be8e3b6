// The folder where everything that a site stores is: one daemon's alone.
//   DATA/lock          held (flock) by whoever has the folder open
//   DATA/control.sock  the daemon's, for administrators
//   DATA/keyring.json  DATA/consign.db  DATA/consign.db-wal  DATA/checkpoints.jsonl
//   DATA/staging/  DATA/vault/
#pragma once

#include <filesystem>
#include <system_error>

#include "base/result.hpp"

namespace consign {

enum class data_folder_errc {
    in_use = 1,   // another process has it open
    foreign,      // it, or something in it, belongs to another user
    exposed,      // its group or others may read, write or enter it, or something in it
    not_plain,    // something in it is neither a file, a folder nor a socket
    no_keyring,   // keyring.json is missing from it
    no_database,  // consign.db is missing from it, or empty, where there is a keyring
    remains,      // consign.db-wal or checkpoints.jsonl is left of a database that is lost
};

[[nodiscard]] std::error_code make_error_code(data_folder_errc code);

/// The lock on a data folder. Held until destroyed; a process that dies lets go of it.
class DataFolder {
  public:
    /// data_folder_errc, or errno's std::errc (no_such_file_or_directory where there is none).
    [[nodiscard]] static Result<DataFolder> open(const std::filesystem::path& path);
    /// What open() would refuse, but for the lock, which it does not take. Changes nothing.
    [[nodiscard]] static Result<> check(const std::filesystem::path& path);
    /// Makes the folder (mode 0700) where it is missing, and takes its lock. Its parent must exist.
    [[nodiscard]] static Result<DataFolder> make(const std::filesystem::path& path);

    DataFolder(DataFolder&& other) noexcept;
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;
    ~DataFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path keyring() const { return keyring_in(path_); }
    [[nodiscard]] std::filesystem::path database() const { return database_in(path_); }

    [[nodiscard]] static std::filesystem::path keyring_in(const std::filesystem::path& folder) {
        return folder / "keyring.json";
    }
    [[nodiscard]] static std::filesystem::path database_in(const std::filesystem::path& folder) {
        return folder / "consign.db";
    }
    /// SQLite's log of the database.
    [[nodiscard]] static std::filesystem::path log_in(const std::filesystem::path& folder) {
        return folder / "consign.db-wal";
    }
    /// Every checkpoint of the ledger, one a line, only ever appended to, for copies elsewhere.
    [[nodiscard]] static std::filesystem::path checkpoints_in(const std::filesystem::path& folder) {
        return folder / "checkpoints.jsonl";
    }

  private:
    DataFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::filesystem::path path_;
    int lock_;
};

}  // namespace consign

template <>
struct std::is_error_code_enum<consign::data_folder_errc> : std::true_type {};
