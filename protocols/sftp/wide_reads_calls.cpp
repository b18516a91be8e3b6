// `recv` and `poll` for the whole program, libraries included: the dynamic linker finds the
// program's own before the C library's, where the program exports them. All but the reads of a turn
// (wide_reads.hpp) goes straight to the kernel.

// The checked inline versions of the two would stand in the way of their definitions.
#undef _FORTIFY_SOURCE
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "protocols/sftp/wide_reads.hpp"

using consign::ssh::WideReads;

extern "C" __attribute__((visibility("default"))) ssize_t recv(int descriptor, void* to,
                                                               std::size_t size, int flags) {
    auto* const wide = flags == 0 ? WideReads::of(descriptor) : nullptr;
    if (wide != nullptr) return wide->take(descriptor, to, size);
    return ::syscall(SYS_recvfrom, descriptor, to, size, flags, nullptr, nullptr);
}

extern "C" __attribute__((visibility("default"))) int poll(pollfd* polled, nfds_t count,
                                                           int timeout_ms) {
    if (count == 1 && (polled->events & POLLIN) != 0) {
        const auto* const wide = WideReads::of(polled->fd);
        if (wide != nullptr && !wide->empty()) {
            // Whether it may write as well, it is told once all of this is read.
            polled->revents = POLLIN;
            return 1;
        }
    }
    constexpr int a_second_in_ms = 1000;
    constexpr long a_ms_in_ns = 1'000'000;
    timespec timeout{.tv_sec = timeout_ms / a_second_in_ms,
                     .tv_nsec = timeout_ms % a_second_in_ms * a_ms_in_ns};
    // Newer architectures have no call of the name itself.
    return static_cast<int>(::syscall(SYS_ppoll, polled, count, timeout_ms < 0 ? nullptr : &timeout,
                                      nullptr, std::size_t{_NSIG / 8}));
}
