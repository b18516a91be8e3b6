// A line of so many milliseconds there and back, between two network namespaces:
//   long_line ROUND_TRIP_MS NAMESPACE ADDRESS/BITS NAMESPACE ADDRESS/BITS
// A TUN in each, and a thread for each direction that carries packets from one to the other, no
// earlier than half the round trip after they came. Segments stay as large as the kernel makes them
// (TSO), so that the carrying is not the limit. Prints a line when the line stands, and goes with
// its standard input.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace consign::bench {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t packet_limit_bytes = std::size_t{66} << 10;
/// What may be on the way in one direction; more is lost, as on any line.
constexpr std::size_t queue_limit_bytes = std::size_t{256} << 20;

void check(bool done, const std::string& what) {
    if (!done) throw std::runtime_error(what + ": " + std::strerror(errno));
}

void enter(const std::string& name) {
    const int space = ::open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC);
    check(space >= 0 && ::setns(space, CLONE_NEWNET) == 0, "namespace " + name);
    ::close(space);
}

void set_address(ifreq& request, int socket, const std::string& address) {
    const auto slash = address.find('/');
    sockaddr_in inet{};
    inet.sin_family = AF_INET;
    inet_pton(AF_INET, address.substr(0, slash).c_str(), &inet.sin_addr);
    std::memcpy(&request.ifr_addr, &inet, sizeof inet);
    check(::ioctl(socket, SIOCSIFADDR, &request) == 0, "address " + address);
    inet.sin_addr.s_addr = htonl(~0U << (32 - std::stoi(address.substr(slash + 1))));
    std::memcpy(&request.ifr_netmask, &inet, sizeof inet);
    check(::ioctl(socket, SIOCSIFNETMASK, &request) == 0, "netmask of " + address);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    check(::ioctl(socket, SIOCSIFFLAGS, &request) == 0, "interface up");
}

int make_end(const std::string& space, const std::string& address) {
    enter(space);
    const int tun = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    check(tun >= 0, "/dev/net/tun");
    ifreq request{};
    std::strcpy(request.ifr_name, "longline");
    request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
    check(::ioctl(tun, TUNSETIFF, &request) == 0, "TUN");
    check(::ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4) == 0, "segmentation offload");
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    request.ifr_qlen = 100'000;
    check(::ioctl(socket, SIOCSIFTXQLEN, &request) == 0, "queue length");
    set_address(request, socket, address);
    ::close(socket);
    return tun;
}

struct Packet {
    steady_clock::time_point due;
    std::vector<char> bytes;
};

[[noreturn]] void carry(int from, int to, std::chrono::nanoseconds delay) {
    std::deque<Packet> under_way;
    std::size_t queued_bytes = 0;
    std::vector<char> bytes(packet_limit_bytes);
    for (;;) {
        timespec wait{1, 0};
        if (!under_way.empty()) {
            const auto left = std::max<std::chrono::nanoseconds>(
                under_way.front().due - steady_clock::now(), std::chrono::nanoseconds(0));
            wait = {0, static_cast<long>(left.count() % 1'000'000'000)};
        }
        pollfd polled{from, POLLIN, 0};
        ::ppoll(&polled, 1, &wait, nullptr);
        for (;;) {
            const ssize_t got = ::read(from, bytes.data(), bytes.size());
            if (got <= 0) break;
            if (queued_bytes > queue_limit_bytes) continue;
            under_way.push_back({steady_clock::now() + delay, {bytes.data(), bytes.data() + got}});
            queued_bytes += static_cast<std::size_t>(got);
            if (under_way.front().due <= steady_clock::now()) break;
        }
        while (!under_way.empty() && under_way.front().due <= steady_clock::now()) {
            const auto& packet = under_way.front().bytes;
            // A packet that the other end does not take is lost.
            static_cast<void>(::write(to, packet.data(), packet.size()) < 0);
            queued_bytes -= packet.size();
            under_way.pop_front();
        }
    }
}

}  // namespace

}  // namespace consign::bench

int main(int argc, char** argv) {
    using namespace consign::bench;
    if (argc != 6) return 2;
    try {
        const auto delay = std::chrono::duration_cast<std::chrono::nanoseconds>(
            std::chrono::duration<double, std::milli>(std::atof(argv[1]) / 2));
        const int one = make_end(argv[2], argv[3]);
        const int other = make_end(argv[4], argv[5]);
        std::thread(carry, one, other, delay).detach();
        std::thread(carry, other, one, delay).detach();
    } catch (const std::exception& error) {
        fmt::print(stderr, "long_line: {}\n", error.what());
        return 1;
    }
    std::puts("ready");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    std::_Exit(0);
}
