#include "tests/fault/slow_sync_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace consign::fault {

namespace {

/// One copy of the methods for each original table: the database and its WAL have different ones,
/// and a copy of the wrong table crashes. The copy is the first member, so that the pointer that
/// SQLite hands back leads to the original.
struct Methods {
    sqlite3_io_methods changed{};
    const sqlite3_io_methods* original = nullptr;
    bool is_wal = false;
};

/// SQLite knows a VFS by a plain struct and plain functions; there is one at a time.
struct Shim {
    sqlite3_vfs vfs{};
    sqlite3_vfs* real = nullptr;
    std::atomic<std::chrono::microseconds> sync_time{};
    std::atomic<std::uint64_t> wal_bytes = 0;
    std::atomic<bool> header_is_synced = true;
    SlowSyncVfs::Counts counts;
    std::mutex mutex;  // guards methods
    std::map<std::pair<const sqlite3_io_methods*, bool>, std::unique_ptr<Methods>> methods;
};
std::unique_ptr<Shim> the_shim;

const Methods& methods_of(sqlite3_file* file) {
    return *reinterpret_cast<const Methods*>(file->pMethods);
}

int slow_sync(sqlite3_file* file, int flags) {
    const Methods& methods = methods_of(file);
    const std::uint64_t written_bytes = the_shim->wal_bytes;
    const std::uint64_t written = the_shim->counts.wal_unsynced;
    const bool header_is_written = !the_shim->header_is_synced;
    std::this_thread::sleep_for(the_shim->sync_time.load());
    if (!methods.is_wal) return methods.original->xSync(file, flags);
    SlowSyncVfs::Counts& counts = the_shim->counts;
    if (counts.failing_wal_syncs > 0) {
        --counts.failing_wal_syncs;
        return SQLITE_IOERR_FSYNC;
    }
    const int code = methods.original->xSync(file, flags);
    ++counts.wal_syncs;
    counts.wal_unsynced -= std::min(written, counts.wal_unsynced.load());
    counts.wal_synced_bytes = written_bytes;
    if (header_is_written) the_shim->header_is_synced = true;
    return code;
}

int counted_write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    const Methods& methods = methods_of(file);
    if (methods.is_wal) {
        if (static_cast<std::uint64_t>(offset + count) > the_shim->counts.wal_limit_bytes)
            return SQLITE_FULL;
        if (offset == 0) {
            ++the_shim->counts.wal_headers;
            the_shim->wal_bytes = 0;
            the_shim->counts.wal_synced_bytes = 0;
            the_shim->header_is_synced = false;
        } else if (!the_shim->header_is_synced) {
            ++the_shim->counts.wal_early_frames;
        }
        ++the_shim->counts.wal_writes;
        ++the_shim->counts.wal_unsynced;
        const auto end = static_cast<std::uint64_t>(offset + count);
        the_shim->wal_bytes = std::max(the_shim->wal_bytes.load(), end);
    }
    return methods.original->xWrite(file, bytes, count, offset);
}

int open(sqlite3_vfs* /*vfs*/, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
    const int code = the_shim->real->xOpen(the_shim->real, name, file, flags, out);
    if (code != SQLITE_OK || file->pMethods == nullptr) return code;
    const bool is_wal = (flags & SQLITE_OPEN_WAL) != 0;
    const std::lock_guard lock(the_shim->mutex);
    auto& methods = the_shim->methods[{file->pMethods, is_wal}];
    if (!methods) {
        methods = std::make_unique<Methods>();
        methods->changed = *file->pMethods;
        methods->changed.xSync = slow_sync;
        methods->changed.xWrite = counted_write;
        methods->original = file->pMethods;
        methods->is_wal = is_wal;
    }
    file->pMethods = &methods->changed;
    return SQLITE_OK;
}

}  // namespace

SlowSyncVfs::SlowSyncVfs(std::chrono::microseconds sync_time) {
    if (the_shim) throw std::logic_error("one SlowSyncVfs at a time");
    the_shim = std::make_unique<Shim>();
    the_shim->real = sqlite3_vfs_find(nullptr);
    the_shim->sync_time = sync_time;
    the_shim->vfs = *the_shim->real;
    the_shim->vfs.zName = "slow-sync";
    the_shim->vfs.pNext = nullptr;
    the_shim->vfs.xOpen = open;
    sqlite3_vfs_register(&the_shim->vfs, 1);
}

SlowSyncVfs::~SlowSyncVfs() {
    sqlite3_vfs_unregister(&the_shim->vfs);
    sqlite3_vfs_register(the_shim->real, 1);
    the_shim.reset();
}

void SlowSyncVfs::set_sync_time(std::chrono::microseconds sync_time) {
    the_shim->sync_time = sync_time;
}

SlowSyncVfs::Counts& SlowSyncVfs::counts() {
    return the_shim->counts;
}

}  // namespace consign::fault
