#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/descriptor.hpp"
#include "base/disk.hpp"
#include "base/last_error.hpp"

namespace consign {

namespace {

Result<> checked(int outcome) {
    if (outcome != 0) return last_error();
    return {};
}

class PosixFile final : public DiskFile {
  public:
    explicit PosixFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

    Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) override {
        std::size_t done = 0;
        while (done < out.size()) {
            const ssize_t count = ::pread(descriptor_.get(), out.data() + done, out.size() - done,
                                          static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return last_error();
            if (count == 0) break;
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

    Result<> write_at(std::uint64_t offset, ByteView bytes) override {
        while (!bytes.empty()) {
            const ssize_t count =
                ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return last_error();
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
        return {};
    }

    Result<> truncate(std::uint64_t size_bytes) override {
        return checked(::ftruncate(descriptor_.get(), static_cast<off_t>(size_bytes)));
    }

    Result<std::uint64_t> size_bytes() override {
        struct stat facts{};
        if (::fstat(descriptor_.get(), &facts) != 0) return last_error();
        return static_cast<std::uint64_t>(facts.st_size);
    }

    void begin_to_sync(std::uint64_t offset, std::uint64_t size_bytes) override {
        // Without waiting it does not take a write error away from fdatasync.
        (void)::sync_file_range(descriptor_.get(), static_cast<off_t>(offset),
                                static_cast<off_t>(size_bytes), SYNC_FILE_RANGE_WRITE);
    }

    Result<> sync() override { return checked(::fdatasync(descriptor_.get())); }
    Result<> sync_file_system() override { return checked(::syncfs(descriptor_.get())); }

  private:
    Descriptor descriptor_;
};

Result<std::unique_ptr<DiskFile>> open_file(const Disk::Path& path, int flags) {
    Descriptor descriptor(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (descriptor.get() < 0) return last_error();
    return std::make_unique<PosixFile>(std::move(descriptor));
}

}  // namespace

Result<std::unique_ptr<DiskFile>> PosixDisk::create(const Path& path) {
    return open_file(path, O_RDWR | O_CREAT | O_EXCL);
}

Result<std::unique_ptr<DiskFile>> PosixDisk::open(const Path& path, Access access) {
    return open_file(path, access == Access::read ? O_RDONLY : O_RDWR);
}

Result<> PosixDisk::link(const Path& from, const Path& to) {
    return checked(::link(from.c_str(), to.c_str()));
}
Result<> PosixDisk::rename(const Path& from, const Path& to) {
    return checked(::rename(from.c_str(), to.c_str()));
}
Result<> PosixDisk::remove(const Path& path) {
    return checked(::unlink(path.c_str()));
}

Result<> PosixDisk::make_directory(const Path& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return last_error();
    return {};
}

Result<> PosixDisk::sync_directory(const Path& path) {
    const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.get() < 0) return last_error();
    return checked(::fsync(descriptor.get()));
}

Result<std::vector<std::string>> PosixDisk::list(const Path& path) {
    std::error_code error;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entries(path, error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error))
        names.push_back(entries->path().filename().string());
    if (error) return failure(error);
    return names;
}

Result<Disk::Room> PosixDisk::room(const Path& path) {
    std::error_code error;
    const auto space = std::filesystem::space(path, error);
    if (error) return failure(error);
    return Room{.free_bytes = space.available, .total_bytes = space.capacity};
}

Result<Bytes> read_whole(Disk& disk, const Disk::Path& path, std::size_t limit_bytes) {
    const auto file = disk.open(path, Disk::Access::read);
    if (!file) return failure(file.error());
    const auto size = (*file)->size_bytes();
    if (!size) return failure(size.error());
    if (*size > limit_bytes) return failure(std::errc::file_too_large);
    Bytes content(*size);
    const auto count = (*file)->read_at(0, content);
    if (!count) return failure(count.error());
    content.resize(*count);
    return content;
}

Result<> replace_whole(Disk& disk, const Disk::Path& path, ByteView bytes) {
    Disk::Path beside = path;
    beside += ".new";
    if (const auto stale = disk.remove(beside);
        !stale && stale.error() != std::errc::no_such_file_or_directory)
        return stale;
    auto file = disk.create(beside);
    if (!file) return failure(file.error());
    if (auto done = (*file)->write_at(0, bytes); !done) return done;
    if (auto done = (*file)->sync(); !done) return done;
    if (auto done = disk.rename(beside, path); !done) return done;
    return disk.sync_directory(path.parent_path());
}

}  // namespace consign
