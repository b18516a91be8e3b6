#include <boost/test/unit_test.hpp>

#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/passive_ports.hpp"

namespace asio = boost::asio;
using namespace consign;
using asio::ip::tcp;
using ftps::PassivePorts;

namespace {

const asio::ip::address loopback = asio::ip::address_v4::loopback();

struct Machine {
    asio::io_context io;
    asio::any_io_executor strand = asio::make_strand(io);
    SystemRandom random;

    /// A first port of `count` that are free at the moment.
    std::uint16_t free_ports(std::uint16_t count) {
        for (std::uint16_t first = 23'000; first < 32'000; ++first) {
            std::vector<tcp::acceptor> held;
            try {
                for (std::uint16_t step = 0; step < count; ++step)
                    held.emplace_back(
                        io, tcp::endpoint(loopback, static_cast<std::uint16_t>(first + step)));
                return first;
            } catch (const boost::system::system_error&) {
            }
        }
        throw std::runtime_error("no free ports");
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(passive_ports)

BOOST_AUTO_TEST_CASE(every_port_of_the_range_is_given_once_and_then_none) {
    Machine machine;
    const std::uint16_t first = machine.free_ports(3);
    PassivePorts ports({first, static_cast<std::uint16_t>(first + 2)}, machine.random);
    std::vector<std::unique_ptr<PassivePorts::Lease>> leases;
    std::set<std::uint16_t> numbers;
    for (int count = 0; count < 3; ++count) {
        auto lease = ports.lease(machine.strand, loopback);
        BOOST_REQUIRE(lease);
        BOOST_CHECK_EQUAL((*lease)->port, (*lease)->acceptor.local_endpoint().port());
        numbers.insert((*lease)->port);
        leases.push_back(std::move(*lease));
    }
    BOOST_CHECK_EQUAL(numbers.size(), 3U);
    BOOST_CHECK_EQUAL(*numbers.begin(), first);
    const auto refused = ports.lease(machine.strand, loopback);
    BOOST_REQUIRE(!refused);
    BOOST_CHECK(refused.error() == make_error_code(ftps::ftps_errc::no_passive_port));
    leases.pop_back();
    BOOST_CHECK(ports.lease(machine.strand, loopback));
}

BOOST_AUTO_TEST_CASE(a_port_that_another_program_has_is_passed_over) {
    Machine machine;
    const std::uint16_t first = machine.free_ports(2);
    const tcp::acceptor other(machine.io, tcp::endpoint(loopback, first));
    PassivePorts ports({first, static_cast<std::uint16_t>(first + 1)}, machine.random);
    for (int again = 0; again < 10; ++again) {
        const auto lease = ports.lease(machine.strand, loopback);
        BOOST_REQUIRE(lease);
        BOOST_CHECK_EQUAL((*lease)->port, first + 1);
    }
}

BOOST_AUTO_TEST_CASE(without_a_range_the_system_chooses) {
    Machine machine;
    PassivePorts ports({}, machine.random);
    const auto one = ports.lease(machine.strand, loopback);
    const auto two = ports.lease(machine.strand, loopback);
    BOOST_REQUIRE(one && two);
    BOOST_CHECK_NE((*one)->port, (*two)->port);
}

BOOST_AUTO_TEST_CASE(a_port_can_be_used_again_at_once_after_the_server_closed_first) {
    Machine machine;
    const std::uint16_t first = machine.free_ports(1);
    PassivePorts ports({first, first}, machine.random);
    for (int again = 0; again < 20; ++again) {
        const auto lease = ports.lease(machine.strand, loopback);
        BOOST_REQUIRE(lease);
        tcp::socket client(machine.io);
        client.connect(tcp::endpoint(loopback, first));
        // The side that closes first is left in TIME_WAIT.
        tcp::socket server = (*lease)->acceptor.accept();
        server.close();
    }
}

BOOST_AUTO_TEST_SUITE_END()
