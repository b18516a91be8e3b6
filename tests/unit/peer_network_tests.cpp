#include <boost/test/unit_test.hpp>

#include "desk/site/peer_network.hpp"

using consign::desk::peer_network;

namespace {

std::string network_of(const char* address) {
    return peer_network(boost::asio::ip::make_address(address));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(peer_networks)

BOOST_AUTO_TEST_CASE(an_ipv4_address_is_a_peer_of_its_own) {
    BOOST_TEST(network_of("192.0.2.1") == "192.0.2.1");
    BOOST_TEST(network_of("192.0.2.1") != network_of("192.0.2.2"));
}

BOOST_AUTO_TEST_CASE(ipv6_addresses_of_one_64_are_one_peer) {
    BOOST_TEST(network_of("2001:db8:1:2::1") == "2001:db8:1:2::/64");
    BOOST_TEST(network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    BOOST_TEST(network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1"));
}

BOOST_AUTO_TEST_SUITE_END()
