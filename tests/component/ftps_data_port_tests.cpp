#include <boost/test/unit_test.hpp>

#include "base/owned_tasks.hpp"
#include "protocols/ftps/data_port.hpp"

namespace asio = boost::asio;
using namespace consign;
using asio::ip::tcp;

namespace {

const asio::ip::address loopback = asio::ip::address_v4::loopback();

struct Session {
    asio::io_context io;
    asio::any_io_executor strand = asio::make_strand(io);
    SystemRandom random;
    ftps::PassivePorts ports{{}, random};
    OwnedTasks tasks{strand};
    Result<tcp::socket> connected = failure(std::make_error_code(std::errc::not_connected));

    asio::awaitable<void> connect(ftps::DataPort& port) { connected = co_await port.connect(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(data_port)

BOOST_AUTO_TEST_CASE(a_stranger_is_turned_away_and_the_peer_still_awaited) {
    Session session;
    auto lease = session.ports.lease(session.strand, asio::ip::address_v4::any());
    BOOST_REQUIRE(lease);
    std::vector<asio::ip::address> strangers;
    ftps::PassiveDataPort port(session.tasks, std::move(*lease), loopback,
                               [&](const auto& address) { strangers.push_back(address); });
    session.tasks.start(session.connect(port));

    const asio::ip::address other = asio::ip::make_address("127.0.0.2");
    tcp::socket stranger(session.io, tcp::endpoint(other, 0));
    stranger.connect(tcp::endpoint(loopback, port.port()));
    tcp::socket peer(session.io, tcp::endpoint(loopback, 0));
    peer.connect(tcp::endpoint(loopback, port.port()));
    session.io.run();

    BOOST_REQUIRE_EQUAL(strangers.size(), 1U);
    BOOST_CHECK_EQUAL(strangers.front(), other);
    BOOST_REQUIRE(session.connected);
    BOOST_CHECK(session.connected->remote_endpoint() == peer.local_endpoint());
    char byte = 0;
    boost::system::error_code error;
    stranger.read_some(asio::buffer(&byte, 1), error);
    BOOST_CHECK_MESSAGE(error, "the stranger's connection was closed");
}

BOOST_AUTO_TEST_CASE(strangers_cannot_fill_the_queue_before_the_transfer_begins) {
    Session session;
    auto lease = session.ports.lease(session.strand, asio::ip::address_v4::any());
    BOOST_REQUIRE(lease);
    ftps::PassiveDataPort port(session.tasks, std::move(*lease), loopback, [](const auto&) {});
    const asio::ip::address other = asio::ip::make_address("127.0.0.2");
    for (int stranger = 0; stranger < 100; ++stranger) {
        tcp::socket socket(session.io, tcp::endpoint(other, 0));
        socket.connect(tcp::endpoint(loopback, port.port()));
        session.io.poll();
    }
    tcp::socket peer(session.io, tcp::endpoint(loopback, 0));
    peer.connect(tcp::endpoint(loopback, port.port()));
    session.tasks.start(session.connect(port));
    session.io.restart();
    session.io.run();
    BOOST_CHECK(session.connected);
}

BOOST_AUTO_TEST_CASE(the_port_is_given_back_when_the_peer_is_there) {
    Session session;
    auto lease = session.ports.lease(session.strand, loopback);
    BOOST_REQUIRE(lease);
    ftps::PassiveDataPort port(session.tasks, std::move(*lease), loopback, [](const auto&) {});
    tcp::socket peer(session.io, tcp::endpoint(loopback, 0));
    peer.connect(tcp::endpoint(loopback, port.port()));
    session.io.run();
    const tcp::acceptor again(session.io, tcp::endpoint(loopback, port.port()));
    session.io.restart();
    session.tasks.start(session.connect(port));
    session.io.run();
    BOOST_CHECK(session.connected);
}

BOOST_AUTO_TEST_CASE(an_active_connection_comes_from_the_address_that_was_reached) {
    Session session;
    tcp::acceptor client(session.io, tcp::endpoint(loopback, 0));
    const asio::ip::address reached = asio::ip::make_address("127.0.0.3");
    ftps::ActiveDataPort port(session.strand, reached, client.local_endpoint());
    session.tasks.start(session.connect(port));
    session.io.run();
    BOOST_REQUIRE(session.connected);
    BOOST_CHECK_EQUAL(client.accept().remote_endpoint().address(), reached);
}

BOOST_AUTO_TEST_CASE(closing_ends_the_wait) {
    Session session;
    auto lease = session.ports.lease(session.strand, loopback);
    BOOST_REQUIRE(lease);
    ftps::PassiveDataPort port(session.tasks, std::move(*lease), loopback, [](const auto&) {});
    session.tasks.start(session.connect(port));
    asio::post(session.strand, [&] { port.close(); });
    session.io.run();
    BOOST_CHECK(!session.connected);
}

BOOST_AUTO_TEST_SUITE_END()
