// Addresses and networks as the policy language writes them: `10.20.0.0/16`, `192.0.2.17`,
// `2001:db8::/32`, and `[::]:2022` of a listener.
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

}  // namespace consign::policy
