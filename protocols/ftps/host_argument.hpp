// HOST's argument (RFC 7151 section 3.1): a domain name, or an address literal.
#pragma once

#include <string_view>

namespace consign::ftps {

/// "ftp.example.com", "192.0.2.1", "[2001:db8::1]". This server has one site, so that any
/// well-formed name is its own.
[[nodiscard]] bool is_host_argument(std::string_view argument);

}  // namespace consign::ftps
