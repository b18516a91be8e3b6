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
        /// A power cut now could leave this much of the WAL, since it began anew, and no more.
        std::atomic<std::uint64_t> wal_synced_bytes{0};
        /// Times that a WAL began anew, and writes behind its header before that was synced: old
        /// frames could count again.
        std::atomic<std::uint64_t> wal_headers{0}, wal_early_frames{0};
        /// The disk is full where the WAL would grow past it.
        std::atomic<std::uint64_t> wal_limit_bytes{~std::uint64_t{0}};
        /// The next so many WAL syncs fail with an I/O error.
        std::atomic<int> failing_wal_syncs{0};
    };
    [[nodiscard]] Counts& counts();
    /// From now on.
    void set_sync_time(std::chrono::microseconds sync_time);
};

}  // namespace consign::fault
