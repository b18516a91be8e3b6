// The one table from errors to FTP reply codes (RFC 959 section 4.2, RFC 4217 section 10.1).
#pragma once

#include <system_error>

namespace consign::ftps {

/// The code of a reply whose text is the error's message.
[[nodiscard]] int code_of(std::error_code error);

}  // namespace consign::ftps
