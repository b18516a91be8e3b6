#include "protocols/ftps/endpoint.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <optional>

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/decimal.hpp"

namespace consign::ftps {

namespace {

namespace ip = boost::asio::ip;

constexpr std::uint64_t port_limit = 65'535;
constexpr std::size_t octet_limit_digits = 3;

/// Splits into exactly `count` fields; nothing where there are more, or fewer.
template <std::size_t count>
std::optional<std::array<std::string_view, count>> split(std::string_view text, char delimiter) {
    std::array<std::string_view, count> fields;
    for (std::size_t index = 0; index + 1 < count; ++index) {
        const auto end = text.find(delimiter);
        if (end == std::string_view::npos) return std::nullopt;
        fields[index] = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    if (text.contains(delimiter)) return std::nullopt;
    fields.back() = text;
    return fields;
}

std::optional<std::uint16_t> parse_port_number(std::string_view text) {
    const auto port = parse_decimal(text, port_limit);
    if (!port || *port == 0) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

/// One family's, as text; no zone, and nothing that inet_pton would not read to its end.
std::optional<ip::address> parse_address(std::string_view text, bool is_v6) {
    if (text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
        return std::nullopt;
    boost::system::error_code wrong;
    const std::string copy(text);
    const ip::address address = is_v6 ? ip::address(ip::make_address_v6(copy, wrong))
                                      : ip::address(ip::make_address_v4(copy, wrong));
    if (wrong) return std::nullopt;
    return address;
}

}  // namespace

Result<Endpoint> parse_port(std::string_view argument) {
    const auto fields = split<6>(argument, ',');
    if (!fields) return failure(ftp_codec_errc::bad_port);
    std::array<std::uint8_t, 6> octets{};
    for (std::size_t index = 0; index < octets.size(); ++index) {
        const std::string_view field = (*fields)[index];
        const auto octet = parse_decimal(field, 255);
        if (!octet || field.size() > octet_limit_digits) return failure(ftp_codec_errc::bad_port);
        octets[index] = static_cast<std::uint8_t>(*octet);
    }
    const auto port = static_cast<std::uint16_t>(octets[4] << 8U | octets[5]);
    if (port == 0) return failure(ftp_codec_errc::bad_port);
    return Endpoint{ip::address_v4({octets[0], octets[1], octets[2], octets[3]}), port};
}

Result<Endpoint> parse_eprt(std::string_view argument) {
    if (argument.empty() || argument.front() < '!' || argument.front() > '~')
        return failure(ftp_codec_errc::bad_eprt);
    const auto fields = split<5>(argument, argument.front());
    if (!fields || !fields->front().empty() || !fields->back().empty())
        return failure(ftp_codec_errc::bad_eprt);
    const auto& [before, protocol, address_text, port_text, behind] = *fields;
    if (!is_decimal(protocol)) return failure(ftp_codec_errc::bad_eprt);
    if (protocol != "1" && protocol != "2")
        return failure(ftp_codec_errc::unknown_network_protocol);
    const auto address = parse_address(address_text, protocol == "2");
    const auto port = parse_port_number(port_text);
    if (!address || !port) return failure(ftp_codec_errc::bad_eprt);
    return Endpoint{*address, *port};
}

Result<EpsvArgument> parse_epsv(std::string_view argument) {
    if (argument.empty()) return EpsvArgument{};
    if (argument == "1") return EpsvArgument{.protocol = EpsvProtocol::v4};
    if (argument == "2") return EpsvArgument{.protocol = EpsvProtocol::v6};
    if (boost::algorithm::iequals(argument, "ALL")) return EpsvArgument{.all = true};
    return failure(is_decimal(argument) ? ftp_codec_errc::unknown_network_protocol
                                        : ftp_codec_errc::bad_epsv);
}

std::string passive_reply_text(const ip::address_v4& address, std::uint16_t port) {
    const auto octets = address.to_bytes();
    return fmt::format("Entering Passive Mode ({},{},{},{},{},{}).", octets[0], octets[1],
                       octets[2], octets[3], port >> 8U, port & 0xffU);
}

std::string extended_passive_reply_text(std::uint16_t port) {
    return fmt::format("Entering Extended Passive Mode (|||{}|)", port);
}

}  // namespace consign::ftps
