#include "daemon/workers/delivery/connected_socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

#include "daemon/workers/delivery/errc.hpp"
#include "protocols/keepalive.hpp"

namespace consign::delivery {

namespace {

constexpr int connect_timeout_milliseconds = 15'000;
/// A peer that is gone is found out after so long, even by who only waits.
constexpr unsigned user_timeout_milliseconds = 60'000;

struct FreeAddresses {
    void operator()(addrinfo* first) const { ::freeaddrinfo(first); }
};

bool is_connected(const Descriptor& socket, const addrinfo& address, Stop& stop) {
    const Stop::Watch watch(stop, socket.get());
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return true;
    if (errno != EINPROGRESS) return false;
    pollfd waiting{.fd = socket.get(), .events = POLLOUT, .revents = 0};
    if (::poll(&waiting, 1, connect_timeout_milliseconds) != 1) return false;
    int error = 0;
    socklen_t length = sizeof error;
    return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

}  // namespace

Result<Descriptor> connected_socket(const std::string& host, std::uint16_t port, Stop& stop) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0)
        return failure(delivery_errc::unreachable);
    const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
    for (const addrinfo* address = addresses.get(); address; address = address->ai_next) {
        if (stop.asked()) break;
        Descriptor socket(::socket(address->ai_family,
                                   address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                   address->ai_protocol));
        if (!socket.is_open() || !is_connected(socket, *address, stop)) continue;
        const int yes = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        protocols::keep_alive(socket.get());
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_milliseconds,
                     sizeof user_timeout_milliseconds);
        return socket;
    }
    return failure(stop.asked() ? delivery_errc::stopped : delivery_errc::unreachable);
}

}  // namespace consign::delivery
