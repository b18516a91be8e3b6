// Preloaded into a server, makes each of its syncs slower, as on real storage:
// LD_PRELOAD=libslow_sync.so CONSIGN_SLOW_SYNC_US=2000. All kinds of them, whoever calls. A
// negative time leaves them out altogether, for filling a store that is synced as a whole
// afterwards.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace {

/// Read when the library is loaded: sshd empties its environment soon after.
long microseconds = 0;

[[gnu::constructor]] void read_environment() {
    const char* const text = std::getenv("CONSIGN_SLOW_SYNC_US");
    microseconds = text ? std::atol(text) : 0;
}

/// Waits its time, and says whether the real sync follows.
bool delay() {
    if (microseconds < 0) return false;
    const timespec time{microseconds / 1'000'000, microseconds % 1'000'000 * 1000};
    nanosleep(&time, nullptr);
    return true;
}

template <class Function>
Function next(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int fsync(int file) {
    static const auto real = next<int (*)(int)>("fsync");
    return delay() ? real(file) : 0;
}

int fdatasync(int file) {
    static const auto real = next<int (*)(int)>("fdatasync");
    return delay() ? real(file) : 0;
}

int syncfs(int file) noexcept {
    static const auto real = next<int (*)(int)>("syncfs");
    return delay() ? real(file) : 0;
}

int msync(void* begin, std::size_t size, int flags) {
    static const auto real = next<int (*)(void*, std::size_t, int)>("msync");
    const bool waits = (flags & MS_SYNC) != 0;
    return !waits || delay() ? real(begin, size, flags) : 0;
}

/// Slow where it waits: to have writes begun costs nothing on a disk either.
int sync_file_range(int file, off64_t offset, off64_t bytes, unsigned flags) {
    static const auto real = next<int (*)(int, off64_t, off64_t, unsigned)>("sync_file_range");
    const bool waits = (flags & (SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WAIT_AFTER)) != 0;
    return !waits || delay() ? real(file, offset, bytes, flags) : 0;
}
}
