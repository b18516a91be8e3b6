#include "storage/database/gathering_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace consign::database {

namespace {

/// unixWrite looks at no more than 17 bits of a length.
constexpr std::size_t gathered_limit_bytes = 64 * 1024;

/// SQLite knows a file by a plain struct, in memory of its own, that begins with its methods. The
/// file below stands behind it.
struct Log {
    sqlite3_file file{};
    sqlite3_file* below = nullptr;
    std::unique_ptr<std::uint8_t[]> bytes;  // gathered, to be written at `offset`
    std::size_t size = 0;
    sqlite3_int64 offset = 0;
    // What could not be written began there; until it is written again, nothing past it may be
    // committed, and nothing of it read.
    std::optional<sqlite3_int64> lost{};
    bool owes_syncs = false;
    bool begins_anew = false;  // its header is written, and not synced yet
};

constexpr int log_bytes = (sizeof(Log) + 15) / 16 * 16;  // as aligned as what malloc gives

Log& as_log(sqlite3_file* file) {
    return *reinterpret_cast<Log*>(file);
}

/// Every call but a write that goes on where the last one ended comes by here first.
int flush(Log& log) {
    const auto size = std::exchange(log.size, 0);
    if (size == 0) return SQLITE_OK;
    const int code =
        log.below->pMethods->xWrite(log.below, log.bytes.get(), static_cast<int>(size), log.offset);
    if (code != SQLITE_OK) log.lost = std::min(log.lost.value_or(log.offset), log.offset);
    return code;
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    Log& log = as_log(file);
    const auto size = static_cast<std::size_t>(count);
    if (offset == 0) log.begins_anew = true;
    const bool goes_on = log.size > 0 &&
                         offset == log.offset + static_cast<sqlite3_int64>(log.size) &&
                         log.size + size <= gathered_limit_bytes;
    if (!goes_on) {
        if (const int code = flush(log); code != SQLITE_OK) return code;
        if (log.lost && offset > *log.lost) return SQLITE_IOERR_WRITE;
        log.lost.reset();
        if (size > gathered_limit_bytes)
            return log.below->pMethods->xWrite(log.below, bytes, count, offset);
        log.offset = offset;
    }
    if (!log.bytes) log.bytes.reset(new (std::nothrow) std::uint8_t[gathered_limit_bytes]);
    if (!log.bytes) return SQLITE_IOERR_NOMEM;
    std::copy_n(static_cast<const std::uint8_t*>(bytes), size, log.bytes.get() + log.size);
    log.size += size;
    return SQLITE_OK;
}

int read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
    Log& log = as_log(file);
    (void)flush(log);
    if (log.lost && offset + count > *log.lost) return SQLITE_IOERR_READ;
    return log.below->pMethods->xRead(log.below, into, count, offset);
}

int sync(sqlite3_file* file, int flags) {
    Log& log = as_log(file);
    if (const int code = flush(log); code != SQLITE_OK) return code;
    if (log.lost) return SQLITE_IOERR_FSYNC;
    if (log.owes_syncs && !log.begins_anew) return SQLITE_OK;
    const int code = log.below->pMethods->xSync(log.below, flags);
    if (code == SQLITE_OK) log.begins_anew = false;
    return code;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    Log& log = as_log(file);
    if (const int code = flush(log); code != SQLITE_OK) return code;
    if (log.lost && size <= *log.lost) log.lost.reset();
    return log.below->pMethods->xTruncate(log.below, size);
}

/// Passes a call on, after what was written before it.
template <auto method, class... Arguments>
int after_flush(sqlite3_file* file, Arguments... arguments) {
    Log& log = as_log(file);
    if (const int code = flush(log); code != SQLITE_OK) return code;
    return (log.below->pMethods->*method)(log.below, arguments...);
}

template <auto method, class... Arguments>
int pass_on(sqlite3_file* file, Arguments... arguments) {
    sqlite3_file* const below = as_log(file).below;
    return (below->pMethods->*method)(below, arguments...);
}

int close(sqlite3_file* file) {
    Log& log = as_log(file);
    const int flushed = flush(log);
    const int closed = log.below->pMethods->xClose(log.below);
    std::destroy_at(&log);
    return flushed == SQLITE_OK ? closed : flushed;
}

using Methods = sqlite3_io_methods;
/// Version 1: a log has no shared memory, and is not mapped.
constexpr Methods methods{.iVersion = 1,
                          .xClose = close,
                          .xRead = read,
                          .xWrite = write,
                          .xTruncate = truncate,
                          .xSync = sync,
                          .xFileSize = after_flush<&Methods::xFileSize>,
                          .xLock = pass_on<&Methods::xLock>,
                          .xUnlock = pass_on<&Methods::xUnlock>,
                          .xCheckReservedLock = pass_on<&Methods::xCheckReservedLock>,
                          .xFileControl = after_flush<&Methods::xFileControl>,
                          .xSectorSize = pass_on<&Methods::xSectorSize>,
                          .xDeviceCharacteristics = pass_on<&Methods::xDeviceCharacteristics>,
                          .xShmMap = nullptr,
                          .xShmLock = nullptr,
                          .xShmBarrier = nullptr,
                          .xShmUnmap = nullptr,
                          .xFetch = nullptr,
                          .xUnfetch = nullptr};

int open(sqlite3_vfs* /*vfs*/, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
    sqlite3_vfs* const real = sqlite3_vfs_find(nullptr);
    if ((flags & SQLITE_OPEN_WAL) == 0) return real->xOpen(real, name, file, flags, out);
    auto* const below =
        reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::uint8_t*>(file) + log_bytes);
    const int code = real->xOpen(real, name, below, flags, out);
    // A log that failed to open may still want to be closed: its methods say so.
    file->pMethods = nullptr;
    if (below->pMethods == nullptr) return code;
    auto* const log = new (file) Log;
    log->file.pMethods = &methods;
    log->below = below;
    return code;
}

}  // namespace

const char* gathering_vfs() {
    static sqlite3_vfs* const vfs = [] {
        static sqlite3_vfs ours = *sqlite3_vfs_find(nullptr);
        ours.zName = "consign-gathering";
        ours.pNext = nullptr;
        ours.szOsFile += log_bytes;
        ours.xOpen = open;
        sqlite3_vfs_register(&ours, 0);
        return &ours;
    }();
    return vfs->zName;
}

sqlite3_file* log_of(sqlite3* connection) {
    sqlite3_file* log = nullptr;
    if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK ||
        log == nullptr || log->pMethods != &methods)
        return nullptr;
    return log;
}

void forget_lost(sqlite3_file* log) {
    Log& ours = as_log(log);
    ours.size = 0;
    ours.lost.reset();
}

void owe_syncs(sqlite3_file* log, bool on) {
    as_log(log).owes_syncs = on;
}

int sync_owed(sqlite3_file* log) {
    sqlite3_file* const below = as_log(log).below;
    return below->pMethods->xSync(below, SQLITE_SYNC_NORMAL);
}

}  // namespace consign::database
