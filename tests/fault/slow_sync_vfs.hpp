// SQLite's own VFS, with two additions: a sync takes as long as it is told to, since on a fast
// virtual disk a missing group commit goes unseen; and each write and sync is counted by file.
// While one lives, it is the process's default VFS: make it before the database is opened, and
// destroy it after the database is closed. One at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace consign::fault {

class SlowSyncVfs {
  public:
    explicit SlowSyncVfs(std::chrono::microseconds sync_time);
    SlowSyncVfs(const SlowSyncVfs&) = delete;
    SlowSyncVfs& operator=(const SlowSyncVfs&) = delete;
    ~SlowSyncVfs();

    struct Counts {
        std::atomic<std::uint64_t> wal_writes{0};
        std::atomic<std::uint64_t> wal_syncs{0};
        /// WAL writes that no sync has followed yet.
        std::atomic<std::uint64_t> wal_unsynced{0};
        /// The next so many WAL syncs fail with an I/O error.
        std::atomic<int> failing_wal_syncs{0};
    };
    [[nodiscard]] Counts& counts();
};

}  // namespace consign::fault
