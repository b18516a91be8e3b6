// Where a data connection goes, as PORT, PASV (RFC 959), EPRT and EPSV (RFC 2428) write it.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace consign::ftps {

struct Endpoint {
    boost::asio::ip::address address;
    std::uint16_t port = 0;  // never 0, where it was read

    bool operator==(const Endpoint&) const = default;
};

/// "h1,h2,h3,h4,p1,p2", without spaces. ftp_codec_errc::bad_port.
[[nodiscard]] Result<Endpoint> parse_port(std::string_view argument);

/// "|1|132.235.1.2|6275|", "|2|1080::8:800:200C:417A|5282|", without a zone; any delimiter from
/// ASCII 33 to 126. ftp_codec_errc::bad_eprt, or unknown_network_protocol where it is neither 1 nor
/// 2 (522).
[[nodiscard]] Result<Endpoint> parse_eprt(std::string_view argument);

enum class EpsvProtocol : std::uint8_t { any, v4, v6 };

struct EpsvArgument {
    EpsvProtocol protocol = EpsvProtocol::any;
    bool all = false;  // from now on, nothing but EPSV

    bool operator==(const EpsvArgument&) const = default;
};

/// "", "1", "2", "ALL". ftp_codec_errc::bad_epsv, or unknown_network_protocol for another number.
[[nodiscard]] Result<EpsvArgument> parse_epsv(std::string_view argument);

/// The text of 227: "Entering Passive Mode (h1,h2,h3,h4,p1,p2)."
[[nodiscard]] std::string passive_reply_text(const boost::asio::ip::address_v4& address,
                                             std::uint16_t port);
/// The text of 229: "Entering Extended Passive Mode (|||port|)".
[[nodiscard]] std::string extended_passive_reply_text(std::uint16_t port);

}  // namespace consign::ftps
