// A disk in memory for tests of durability. It does what it is asked, and writes down each request;
// it can fail any call; and it can say what a power cut would have left after any number of
// requests:
//   - what a file's sync covered is there; an unsynced write or truncation is there or not, each
//   for
//     itself, and a write may be torn between sectors of 512 bytes;
//   - what a directory's sync covered is there; an unsynced name (made, moved or removed) is there
//   or
//     not, each for itself. Syncing a file makes its name in no directory durable.
// Safe from several threads.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/disk.hpp"

namespace consign::testing {

class RecordingDisk final : public Disk {
  public:
    enum class Kind {
        create,
        write,
        truncate,
        sync,
        sync_file_system,
        link,
        rename,
        remove,
        make_directory,
        sync_directory
    };
    using Inode = std::uint64_t;

    /// One request that was done. Only requests that change something, or make it durable, count.
    struct Operation {
        Kind kind{};
        Path path{};               // of the file (as it was opened), or the directory
        Path to{};                 // link, rename
        Inode inode = 0;           // which file, whatever its name
        std::uint64_t offset = 0;  // write
        Bytes bytes{};             // write
        std::uint64_t size = 0;    // truncate
    };

    enum class Unsynced {
        lost,      // nothing that was not synced is there
        kept,      // everything is there, as after kill -9
        by_chance  // each for itself, writes torn
    };

    RecordingDisk() = default;

    /// A copy of the requests so far.
    [[nodiscard]] std::vector<Operation> log() const;
    /// A fresh disk, as it is found after the power went once the first `operations` of log() were
    /// done. The same seed gives the same disk.
    [[nodiscard]] std::unique_ptr<RecordingDisk> after_power_cut(std::size_t operations,
                                                                 Unsynced unsynced,
                                                                 std::uint64_t seed = 0) const;

    /// Calls of any kind so far, reads and opens included.
    [[nodiscard]] std::size_t calls() const;
    /// The `nth` call from now (1: the next) fails with `error`, as do all after it where
    /// `for_good`. A write that fails has done its first half.
    void fail_call(std::size_t nth, std::errc error, bool for_good = false);
    void heal();

    /// Every file by its name, as a process sees it now.
    [[nodiscard]] std::map<Path, Bytes> files() const;
    /// Changes a file behind the program's back.
    void put(const Path& path, Bytes bytes);

    [[nodiscard]] Result<std::unique_ptr<DiskFile>> create(const Path& path) override;
    [[nodiscard]] Result<std::unique_ptr<DiskFile>> open(const Path& path, Access access) override;
    [[nodiscard]] Result<> link(const Path& from, const Path& to) override;
    [[nodiscard]] Result<> rename(const Path& from, const Path& to) override;
    [[nodiscard]] Result<> remove(const Path& path) override;
    [[nodiscard]] Result<> make_directory(const Path& path) override;
    [[nodiscard]] Result<> sync_directory(const Path& path) override;
    [[nodiscard]] Result<std::vector<std::string>> list(const Path& path) override;
    /// Nothing is asked of the disk for it: no call, and none that fails.
    [[nodiscard]] Result<Room> room(const Path& path) override;
    /// From now on, whatever is written.
    void set_room(Room room);

  private:
    class File;

    struct State {
        std::map<Inode, Bytes> contents{};
        std::map<Path, Inode> names{};
        std::set<Path> directories{"/"};
        void apply(const Operation& operation);
    };

    explicit RecordingDisk(State state) : before_(state), now_(std::move(state)) {}

    [[nodiscard]] Result<> counted();
    [[nodiscard]] Result<Inode> find(const Path& path) const;
    [[nodiscard]] bool has_parent(const Path& path) const;
    void record(Operation operation);

    mutable std::mutex mutex_;
    State before_;
    State now_;
    std::vector<Operation> log_;
    Inode next_inode_ = 1;
    std::size_t calls_ = 0;
    Room room_{.free_bytes = std::uint64_t{1} << 40, .total_bytes = std::uint64_t{1} << 40};
    struct Failure {
        std::size_t call;
        std::errc error;
        bool for_good;
    };
    std::optional<Failure> failure_;
};

}  // namespace consign::testing
