// The disk is a parameter: what the program asks of a file system, so that a test can record each
// request, fail the n-th, or cut the power. Every call blocks: call it from a pool thread only.
// Errors are std::errc values (errno).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace consign {

class DiskFile {
  public:
    virtual ~DiskFile() = default;
    /// As many bytes as there are, up to out.size(); fewer only at the end of the file.
    [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) = 0;
    /// All of `bytes`, or an error.
    [[nodiscard]] virtual Result<> write_at(std::uint64_t offset, ByteView bytes) = 0;
    [[nodiscard]] virtual Result<> truncate(std::uint64_t size_bytes) = 0;
    [[nodiscard]] virtual Result<std::uint64_t> size_bytes() = 0;
    /// These bytes may begin their way to the disk, so that a later sync() finds less to do. It
    /// promises nothing, and errors are left to that sync.
    virtual void begin_to_sync(std::uint64_t /*offset*/, std::uint64_t /*size_bytes*/) {}
    /// When it returns, content and length survive a power cut (fdatasync).
    [[nodiscard]] virtual Result<> sync() = 0;
    /// When it returns, so does all that was written before to the file system that this file is
    /// on, names included (syncfs); an error may be of anything written since the file was opened.
    [[nodiscard]] virtual Result<> sync_file_system() = 0;
};

class Disk {
  public:
    enum class Access { read, read_write };
    using Path = std::filesystem::path;

    virtual ~Disk() = default;
    /// A new file, mode 0600; std::errc::file_exists where the name is taken.
    [[nodiscard]] virtual Result<std::unique_ptr<DiskFile>> create(const Path& path) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<DiskFile>> open(const Path& path,
                                                                 Access access) = 0;
    [[nodiscard]] virtual Result<> link(const Path& from, const Path& to) = 0;
    /// Replaces `to` where it is there.
    [[nodiscard]] virtual Result<> rename(const Path& from, const Path& to) = 0;
    [[nodiscard]] virtual Result<> remove(const Path& path) = 0;
    /// Mode 0700; succeeds where it is there already.
    [[nodiscard]] virtual Result<> make_directory(const Path& path) = 0;
    /// When it returns, the names in this directory survive a power cut (fsync).
    [[nodiscard]] virtual Result<> sync_directory(const Path& path) = 0;
    /// Names, unordered, without "." and "..".
    [[nodiscard]] virtual Result<std::vector<std::string>> list(const Path& path) = 0;
    struct Room {
        std::uint64_t free_bytes = 0;  // for this user
        std::uint64_t total_bytes = 0;
    };
    /// Of the file system that this directory is on.
    [[nodiscard]] virtual Result<Room> room(const Path& path) = 0;
};

class PosixDisk final : public Disk {
  public:
    [[nodiscard]] Result<std::unique_ptr<DiskFile>> create(const Path& path) override;
    [[nodiscard]] Result<std::unique_ptr<DiskFile>> open(const Path& path, Access access) override;
    [[nodiscard]] Result<> link(const Path& from, const Path& to) override;
    [[nodiscard]] Result<> rename(const Path& from, const Path& to) override;
    [[nodiscard]] Result<> remove(const Path& path) override;
    [[nodiscard]] Result<> make_directory(const Path& path) override;
    [[nodiscard]] Result<> sync_directory(const Path& path) override;
    [[nodiscard]] Result<std::vector<std::string>> list(const Path& path) override;
    [[nodiscard]] Result<Room> room(const Path& path) override;
};

/// The whole of a small file (a key, a certificate); std::errc::file_too_large past `limit_bytes`.
[[nodiscard]] Result<Bytes> read_whole(Disk& disk, const Disk::Path& path, std::size_t limit_bytes);

/// Replaces `path` by `bytes` so that a crash leaves the old content or the new, and never a part:
/// written beside as `path`.new, synced, renamed, and its directory synced.
[[nodiscard]] Result<> replace_whole(Disk& disk, const Disk::Path& path, ByteView bytes);

}  // namespace consign
