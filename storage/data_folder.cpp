#include "storage/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/last_error.hpp"

namespace consign {

namespace {

class Category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "data folder"; }
    std::string message(int code) const override {
        switch (static_cast<data_folder_errc>(code)) {
            case data_folder_errc::in_use:
                return "the data folder is in use by another process; stop that one first";
            case data_folder_errc::foreign:
                return "the data folder, or something in it, belongs to another user; "
                       "give all of it to the user that runs this (chown -R)";
            case data_folder_errc::exposed:
                return "the data folder, or something in it, is open to other users; "
                       "take their rights away (chmod -R go=)";
            case data_folder_errc::not_plain:
                return "something in the data folder is neither a file, a folder nor a socket";
            case data_folder_errc::no_keyring:
                return "keyring.json is missing: if the disk of the data folder is not mounted, "
                       "mount it; else restore the whole folder from a backup "
                       "(consignd(8), BACKUP)";
            case data_folder_errc::no_database:
                return "consign.db, with the ledger and all names, is missing or empty, and is not "
                       "made anew by itself: restore the whole folder from a backup or, where "
                       "there "
                       "is none, see `consign recover database` (consignd(8), BACKUP)";
            case data_folder_errc::remains:
                return "consign.db-wal, with its last changes, or checkpoints.jsonl, which vouches "
                       "for "
                       "its ledger, is left of the database that is lost: move them to a safe "
                       "place "
                       "first";
        }
        return "unknown data folder error";
    }
};

Result<> check_private(const std::filesystem::path& path) {
    struct stat facts{};
    if (::lstat(path.c_str(), &facts) != 0) return last_error();
    // A socket is the control socket: of a daemon that died, or of one that holds the lock.
    if (!S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode) && !S_ISSOCK(facts.st_mode))
        return failure(data_folder_errc::not_plain);
    if (facts.st_uid != ::geteuid()) return failure(data_folder_errc::foreign);
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) return failure(data_folder_errc::exposed);
    return {};
}

/// The folder and what stands in it. What is deeper is behind the folder's own mode.
Result<> check_all_private(const std::filesystem::path& path) {
    if (const auto own = check_private(path); !own) return own;
    std::error_code error;
    std::filesystem::directory_iterator entries(path, error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error))
        // A daemon at work removes files while its folder is checked.
        if (const auto own = check_private(entries->path());
            !own && own.error() != std::errc::no_such_file_or_directory)
            return own;
    if (error) return failure(error);
    return {};
}

}  // namespace

std::error_code make_error_code(data_folder_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

Result<DataFolder> DataFolder::open(const std::filesystem::path& path) {
    // Before anything is made in it: a lock file in somebody else's folder would be litter.
    if (const auto own = check_private(path); !own) return failure(own.error());
    const int lock =
        ::open((path / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0) return last_error();
    DataFolder folder(path, lock);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return failure(data_folder_errc::in_use);
        return last_error();
    }
    // After the lock is had: nobody else makes or removes files in it now.
    if (const auto own = check_all_private(path); !own) return failure(own.error());
    return folder;
}

Result<> DataFolder::check(const std::filesystem::path& path) {
    return check_all_private(path);
}

Result<DataFolder> DataFolder::make(const std::filesystem::path& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return last_error();
    return open(path);
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataFolder::~DataFolder() {
    if (lock_ >= 0) ::close(lock_);
}

}  // namespace consign
