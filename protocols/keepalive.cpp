#include "protocols/keepalive.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace consign::protocols {

namespace {

constexpr int idle_seconds = 60;
constexpr int interval_seconds = 15;
constexpr int probes_limit = 4;
constexpr int unacknowledged_limit_milliseconds = 300'000;

void set_option(int descriptor, int level, int name, int value) {
    (void)::setsockopt(descriptor, level, name, &value, sizeof value);
}

}  // namespace

void keep_alive(int descriptor) {
    set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, idle_seconds);
    set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, interval_seconds);
    set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, probes_limit);
    set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, unacknowledged_limit_milliseconds);
}

}  // namespace consign::protocols
