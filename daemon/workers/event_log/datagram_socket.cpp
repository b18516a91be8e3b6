#include "daemon/workers/event_log/datagram_socket.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/last_error.hpp"

namespace consign::daemon {

Result<> DatagramSocket::send(std::string_view datagram) {
    if (descriptor_ < 0)
        if (auto done = connect(); !done) return done;
    for (;;) {
        if (::send(descriptor_, datagram.data(), datagram.size(), MSG_NOSIGNAL) >= 0) return {};
        if (errno == EINTR) continue;
        const auto failed = last_error();
        // The reader was started anew under the same name: the next try reaches that one.
        if (failed.error() != std::errc::resource_unavailable_try_again) close();
        return failed;
    }
}

Result<> DatagramSocket::connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = path_.string();
    if (path.size() >= sizeof(address.sun_path))
        return failure(std::make_error_code(std::errc::filename_too_long));
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0) return last_error();
    const timeval patience{patience_seconds, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return {};
    const auto failed = last_error();
    close();
    return failed;
}

void DatagramSocket::close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

}  // namespace consign::daemon
