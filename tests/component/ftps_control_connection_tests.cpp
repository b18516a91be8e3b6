#include <netinet/in.h>
#include <netinet/tcp.h>

#include <boost/test/unit_test.hpp>

#include "protocols/ftps/control_connection.hpp"

namespace asio = boost::asio;
using namespace consign;
using asio::ip::tcp;

namespace {

int option_of(int descriptor, int level, int name) {
    int value = 0;
    socklen_t length = sizeof value;
    BOOST_REQUIRE_EQUAL(::getsockopt(descriptor, level, name, &value, &length), 0);
    return value;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(control_connection)

BOOST_AUTO_TEST_CASE(it_is_kept_alive_while_a_long_transfer_leaves_it_idle) {
    asio::io_context io;
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tcp::socket client(io), accepted(io);
    client.connect(acceptor.local_endpoint());
    acceptor.accept(accepted);
    const int descriptor = accepted.native_handle();
    const ftps::ControlConnection control(std::move(accepted));
    BOOST_TEST(option_of(descriptor, SOL_SOCKET, SO_KEEPALIVE) == 1);
    BOOST_TEST(option_of(descriptor, IPPROTO_TCP, TCP_KEEPIDLE) == 60);
    BOOST_TEST(option_of(descriptor, IPPROTO_TCP, TCP_KEEPINTVL) == 15);
    BOOST_TEST(option_of(descriptor, IPPROTO_TCP, TCP_KEEPCNT) == 4);
    BOOST_TEST(option_of(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT) == 300'000);
}

BOOST_AUTO_TEST_SUITE_END()
