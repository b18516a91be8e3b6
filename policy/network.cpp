#include "policy/network.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace ip = boost::asio::ip;

namespace {

constexpr std::uint16_t least_passive_port = 1024;

template <class Number>
std::optional<Number> parse_number(std::string_view digits) {
    Number number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

std::optional<ip::address> parse_address(std::string_view text) {
    boost::system::error_code error;
    const ip::address address = ip::make_address(text, error);
    if (error) return std::nullopt;
    if (address.is_v6() && address.to_v6().scope_id() != 0) return std::nullopt;
    return address;
}

template <class Network>
std::expected<AnyNetwork, std::string> canonical_only(const Network& network,
                                                      std::string_view text) {
    if (network.canonical() != network)
        return std::unexpected(fmt::format("{} has bits beyond its prefix; did you mean `{}`?",
                                           cited(text), network.canonical().to_string()));
    return network;
}

}  // namespace

std::expected<AnyNetwork, std::string> parse_network(std::string_view text) {
    const auto refused = [&] {
        return std::unexpected(fmt::format(
            "expected an address or a network such as `10.20.0.0/16`, found {}", cited(text)));
    };
    const std::size_t slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return refused();
    if (address->is_v6() && address->to_v6().is_v4_mapped())
        return std::unexpected(
            fmt::format("{} is IPv4 in IPv6 form: write it as IPv4", cited(text)));
    const unsigned all_bits = address->is_v4() ? 32 : 128;
    unsigned prefix = all_bits;
    if (slash != std::string_view::npos) {
        const auto written = parse_number<unsigned>(text.substr(slash + 1));
        if (!written || *written > all_bits) return refused();
        prefix = *written;
    }
    const auto length = static_cast<unsigned short>(prefix);
    if (address->is_v4())
        return canonical_only(ip::make_network_v4(address->to_v4(), length), text);
    return canonical_only(ip::make_network_v6(address->to_v6(), length), text);
}

bool contains(const AnyNetwork& network, const ip::address& peer) {
    ip::address plain = peer;
    if (peer.is_v6() && peer.to_v6().is_v4_mapped())
        plain = ip::make_address_v4(ip::v4_mapped, peer.to_v6());
    if (const auto* v4 = std::get_if<ip::network_v4>(&network)) {
        // Not hosts(): it leaves out the network's first and last address.
        return plain.is_v4() &&
               ip::network_v4(plain.to_v4(), v4->prefix_length()).canonical() == *v4;
    }
    const auto& v6 = std::get<ip::network_v6>(network);
    return plain.is_v6() && ip::network_v6(plain.to_v6(), v6.prefix_length()).canonical() == v6;
}

std::expected<BindAddress, std::string> parse_bind(std::string_view text) {
    const auto refused = [&] {
        return std::unexpected(
            fmt::format("expected an address and a port such as `[::]:2022` or `127.0.0.1:2022`, "
                        "found {}",
                        cited(text)));
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return refused();
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto address = parse_address(host);
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!address || !port || address->is_v6() != bracketed) return refused();
    return BindAddress{*address, *port};
}

std::expected<Ports, std::string> parse_ports(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_number<std::uint16_t>(text.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : parse_number<std::uint16_t>(text.substr(dash + 1));
    if (!first || !last || *first < least_passive_port || *last < least_passive_port)
        return std::unexpected(
            fmt::format("expected ports such as `50000-50100`, from {} to 65535, found {}",
                        least_passive_port, cited(text)));
    if (*first > *last)
        return std::unexpected(fmt::format("{} ends before it begins; did you mean `{}-{}`?",
                                           cited(text), *last, *first));
    return Ports{*first, *last};
}

std::expected<ip::address_v4, std::string> parse_passive_address(std::string_view text) {
    const auto address = parse_address(text);
    if (address && address->is_v6())
        return std::unexpected(fmt::format(
            "{} is IPv6: EPSV, which clients use there, needs no address; write an IPv4 one, or "
            "none",
            cited(text)));
    if (!address)
        return std::unexpected(
            fmt::format("expected an IPv4 address such as `203.0.113.7`, found {}", cited(text)));
    if (address->is_unspecified() || address->is_multicast())
        return std::unexpected(
            fmt::format("{} is no address that a client can connect to", cited(text)));
    return address->to_v4();
}

bool overlap(const ip::address& a, const ip::address& b) {
    return a == b || a.is_unspecified() || b.is_unspecified();
}

}  // namespace consign::policy
