// Addresses and networks as the policy language writes them: `10.20.0.0/16`, `192.0.2.17`,
// `2001:db8::/32`, `[::]:2022` of a listener, and `50000-50100` of its passive ports.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

namespace consign::policy {

using AnyNetwork = std::variant<boost::asio::ip::network_v4, boost::asio::ip::network_v6>;

/// An address alone is a network of one. Bits beyond the prefix are refused, with the network that
/// was probably meant.
[[nodiscard]] std::expected<AnyNetwork, std::string> parse_network(std::string_view text);

/// A peer that came over IPv4 to a socket of both kinds (::ffff:a.b.c.d) counts as what it is.
[[nodiscard]] bool contains(const AnyNetwork& network, const boost::asio::ip::address& peer);

struct BindAddress {
    boost::asio::ip::address address;
    std::uint16_t port = 0;  // 0: any that is free
};
[[nodiscard]] std::expected<BindAddress, std::string> parse_bind(std::string_view text);

struct Ports {
    std::uint16_t first = 0, last = 0;
};
/// `50000-50100`, or one port; none that only root may take (below 1024).
[[nodiscard]] std::expected<Ports, std::string> parse_ports(std::string_view text);

/// One that a client is sent to by PASV: IPv4 alone, because EPSV tells no address.
[[nodiscard]] std::expected<boost::asio::ip::address_v4, std::string> parse_passive_address(
    std::string_view text);

/// Can a socket on one take the other's port: are they the same address, or is one of them any?
[[nodiscard]] bool overlap(const boost::asio::ip::address& a, const boost::asio::ip::address& b);

}  // namespace consign::policy
