// Whom the limits count as one peer.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string>

namespace consign::desk {

/// An IPv4 address, or the /64 of an IPv6 one: that is what one host is commonly given, so that by
/// single addresses it would have as many places, and windows for refusals, as it likes.
[[nodiscard]] inline std::string peer_network(const boost::asio::ip::address& peer) {
    constexpr unsigned short network_bits = 64;
    if (!peer.is_v6()) return peer.to_string();
    return boost::asio::ip::make_network_v6(peer.to_v6(), network_bits).canonical().to_string();
}

}  // namespace consign::desk
