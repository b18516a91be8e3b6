#include "daemon/workers/delivery/folder_far_end.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/descriptor.hpp"
#include "base/evp.hpp"
#include "base/fault_point.hpp"
#include "daemon/workers/delivery/errc.hpp"

namespace consign::delivery {

namespace {

constexpr std::size_t block_bytes = std::size_t{256} << 10;
// The group may read: the engine is in it.
constexpr mode_t file_mode = S_IRUSR | S_IWUSR | S_IRGRP;
constexpr mode_t folder_mode = S_IRWXU | S_IRGRP | S_IXGRP;

std::unexpected<std::error_code> failed(int error) {
    switch (error) {
        case ENOENT:
            return failure(delivery_errc::no_such_name);
        case EEXIST:
            return failure(delivery_errc::taken);
        case EACCES:
        case EPERM:
        case ELOOP:
        case ENOTDIR:
            return failure(delivery_errc::refused);
        case EROFS:
            return failure(delivery_errc::read_only);
        case ENOSPC:
        case EDQUOT:
            return failure(delivery_errc::full);
        default:
            return failure(std::error_code(error, std::generic_category()));
    }
}

Result<> synced(const Descriptor& file) {
    if (::fsync(file.get()) != 0) return failed(errno);
    return {};
}

/// All of it.
Result<> write_at(const Descriptor& file, std::uint64_t offset, ByteView bytes) {
    while (!bytes.empty()) {
        const auto count =
            ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed(errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

/// Fewer bytes only at the end.
Result<std::size_t> read_at(const Descriptor& file, std::uint64_t offset, ByteSpan out) {
    std::size_t done = 0;
    while (done < out.size()) {
        const auto count = ::pread(file.get(), out.data() + done, out.size() - done,
                                   static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed(errno);
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

bool is_same_file(const Descriptor& folder, const std::string& name, const Descriptor& other_folder,
                  const std::string& other_name) {
    struct stat one{}, other{};
    return ::fstatat(folder.get(), name.c_str(), &one, AT_SYMLINK_NOFOLLOW) == 0 &&
           ::fstatat(other_folder.get(), other_name.c_str(), &other, AT_SYMLINK_NOFOLLOW) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

class FolderFarEnd final : public FarEnd {
  public:
    FolderFarEnd(Descriptor folder, Stop& stop, Pace& pace)
        : folder_(std::move(folder)), stop_(stop), pace_(pace) {}

    Result<std::optional<std::uint64_t>> size_of(const VirtualPath& path) override {
        const auto parent = open_parent(path, false);
        if (!parent) {
            if (parent.error() == delivery_errc::no_such_name) return std::nullopt;
            return failure(parent.error());
        }
        struct stat status{};
        if (::fstatat(parent->get(), name_of(path).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT) return std::nullopt;
            return failed(errno);
        }
        return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
    }

    Result<bool> send(const VirtualPath& path, std::uint64_t from, std::uint64_t size_bytes,
                      const Content& content) override {
        const auto parent = open_parent(path, true);
        if (!parent) return failure(parent.error());
        const int anew = from == 0 ? O_TRUNC : 0;
        const Descriptor file(
            ::openat(parent->get(), name_of(path).c_str(),
                     O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | anew, file_mode));
        if (!file.is_open()) return failed(errno);
        struct stat status{};
        if (::fstat(file.get(), &status) != 0) return failed(errno);
        if (!S_ISREG(status.st_mode)) return failure(delivery_errc::refused);
        if (static_cast<std::uint64_t>(status.st_size) != from)
            return failure(delivery_errc::changed);
        // What the process's umask took away.
        if (::fchmod(file.get(), file_mode) != 0) return failed(errno);
        Bytes block(block_bytes);
        for (std::uint64_t at = from; at < size_bytes;) {
            const auto wanted = std::min<std::uint64_t>(block.size(), size_bytes - at);
            const auto count = content(at, ByteSpan(block).first(wanted));
            if (!count) return failure(count.error());
            if (*count == 0) return failure(delivery_errc::changed);
            if (auto may = pace_.take(*count, stop_); !may) return failure(may.error());
            if (auto done = write_at(file, at, ByteView(block).first(*count)); !done)
                return failure(done.error());
            at += *count;
            fault_point("delivery.partly_sent");
        }
        if (auto done = synced(file); !done) return failure(done.error());
        if (auto done = synced(*parent); !done) return failure(done.error());
        return true;
    }

    Result<std::optional<Digest32>> sha256(const VirtualPath& path, std::uint64_t) override {
        const auto file = open_file(path);
        if (!file) return failure(file.error());
        evp::Digest digest;
        Bytes block(block_bytes);
        for (std::uint64_t at = 0;;) {
            if (stop_.asked()) return failure(delivery_errc::stopped);
            const auto count = read_at(*file, at, block);
            if (!count) return failure(count.error());
            if (*count == 0) break;
            digest.update(ByteView(block).first(*count));
            at += *count;
        }
        Digest32 whole{};
        std::ranges::copy(digest.finish(), whole.begin());
        return whole;
    }

    Result<> rename(const VirtualPath& from, const VirtualPath& to) override {
        const auto old_parent = open_parent(from, false);
        if (!old_parent) return failure(old_parent.error());
        const auto parent = open_parent(to, true);
        if (!parent) return failure(parent.error());
        const std::string old_name = name_of(from), name = name_of(to);
        if (::renameat2(old_parent->get(), old_name.c_str(), parent->get(), name.c_str(),
                        RENAME_NOREPLACE) != 0) {
            if (errno != EINVAL && errno != ENOSYS) return failed(errno);
            // A file system without it: two steps, of which the second may be repeated.
            if (::linkat(old_parent->get(), old_name.c_str(), parent->get(), name.c_str(), 0) !=
                0) {
                const int error = errno;
                if (!is_same_file(*old_parent, old_name, *parent, name)) return failed(error);
            }
            if (::unlinkat(old_parent->get(), old_name.c_str(), 0) != 0) return failed(errno);
        }
        fault_point("delivery.renamed_unsynced");
        return synced(*parent);
    }

    Result<> remove(const VirtualPath& path) override {
        const auto parent = open_parent(path, false);
        if (!parent) {
            if (parent.error() == delivery_errc::no_such_name) return {};
            return failure(parent.error());
        }
        if (::unlinkat(parent->get(), name_of(path).c_str(), 0) == 0) return synced(*parent);
        const int error = errno;
        // A file system that is read-only says so of names that are not there, too.
        struct stat status{};
        if (::fstatat(parent->get(), name_of(path).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 &&
            errno == ENOENT)
            return {};
        return failed(error);
    }

    Result<std::optional<FarFile>> look(const VirtualPath& path) override {
        const auto parent = open_parent(path, false);
        if (!parent) {
            if (parent.error() == delivery_errc::no_such_name) return std::nullopt;
            return failure(parent.error());
        }
        struct stat status{};
        if (::fstatat(parent->get(), name_of(path).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT) return std::nullopt;
            return failed(errno);
        }
        if (!S_ISREG(status.st_mode)) return std::nullopt;
        return FarFile{.name = name_of(path),
                       .size_bytes = static_cast<std::uint64_t>(status.st_size),
                       .modified = status.st_mtim.tv_sec};
    }

    Result<std::vector<FarFile>> list(const VirtualPath& folder, std::size_t limit) override {
        auto opened = open_folder_at(folder, false);
        if (!opened) return failure(opened.error());
        struct Close {
            void operator()(DIR* directory) const { ::closedir(directory); }
        };
        const int descriptor = opened->release();
        const std::unique_ptr<DIR, Close> directory(::fdopendir(descriptor));
        if (!directory) {
            ::close(descriptor);
            return failed(ENOMEM);
        }
        std::vector<FarFile> files;
        for (;;) {
            errno = 0;
            const dirent* const entry = ::readdir(directory.get());
            // A listing that broke off is no listing.
            if (!entry && errno != 0) return failed(errno);
            if (!entry) break;
            struct stat status{};
            if (::fstatat(descriptor, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
                if (errno == ENOENT) continue;
                return failed(errno);
            }
            if (!S_ISREG(status.st_mode)) continue;
            if (files.size() == limit) return failure(delivery_errc::too_many_names);
            files.push_back({.name = entry->d_name,
                             .size_bytes = static_cast<std::uint64_t>(status.st_size),
                             .modified = status.st_mtim.tv_sec});
        }
        return files;
    }

    Result<> fetch(const VirtualPath& path, std::uint64_t from, std::uint64_t size_bytes,
                   const Taker& taker) override {
        const auto file = open_file(path);
        if (!file) return failure(file.error());
        Bytes block(block_bytes);
        for (std::uint64_t at = from; at < size_bytes;) {
            const auto wanted = std::min<std::uint64_t>(block.size(), size_bytes - at);
            const auto count = read_at(*file, at, ByteSpan(block).first(wanted));
            if (!count) return failure(count.error());
            if (*count == 0) return failure(delivery_errc::changed);
            if (auto may = pace_.take(*count, stop_); !may) return may;
            if (auto taken = taker(at, ByteView(block).first(*count)); !taken) return taken;
            at += *count;
        }
        return {};
    }

  private:
    static std::string name_of(const VirtualPath& path) { return std::string(path.name()); }

    Result<Descriptor> open_parent(const VirtualPath& path, bool makes) {
        if (path.is_root()) return failure(delivery_errc::refused);
        return open_folder_at(path.parent(), makes);
    }

    Result<Descriptor> open_folder_at(const VirtualPath& path, bool makes) {
        Descriptor folder(::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!folder.is_open()) return failed(errno);
        for (const std::string_view segment : path.segments()) {
            const std::string name(segment);
            constexpr int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
            Descriptor below(::openat(folder.get(), name.c_str(), how));
            if (!below.is_open() && errno == ENOENT && makes) {
                if (::mkdirat(folder.get(), name.c_str(), folder_mode) != 0 && errno != EEXIST)
                    return failed(errno);
                below = Descriptor(::openat(folder.get(), name.c_str(), how));
                if (below.is_open() && ::fchmod(below.get(), folder_mode) != 0)
                    return failed(errno);
                if (auto done = synced(folder); !done) return failure(done.error());
            }
            if (!below.is_open()) return failed(errno);
            folder = std::move(below);
        }
        return folder;
    }

    Result<Descriptor> open_file(const VirtualPath& path) {
        const auto parent = open_parent(path, false);
        if (!parent) return failure(parent.error());
        Descriptor file(::openat(parent->get(), name_of(path).c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
        if (!file.is_open()) return failed(errno);
        struct stat status{};
        if (::fstat(file.get(), &status) != 0) return failed(errno);
        if (!S_ISREG(status.st_mode)) return failure(delivery_errc::refused);
        return file;
    }

    Descriptor folder_;
    Stop& stop_;
    Pace& pace_;
};

}  // namespace

Result<std::unique_ptr<FarEnd>> open_folder(const std::filesystem::path& folder, Stop& stop,
                                            Pace& pace) {
    Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.is_open()) return failure(delivery_errc::no_folder);
    return std::make_unique<FolderFarEnd>(std::move(opened), stop, pace);
}

}  // namespace consign::delivery
