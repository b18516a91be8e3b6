// The one table from errors to FTP reply codes (RFC 959 section 4.2, RFC 4217 section 10.1).
#pragma once

#include <string>
#include <system_error>

namespace consign::ftps {

struct Reply {
    int code = 0;
    std::string text;
};

/// The code of a reply whose text is the error's message.
[[nodiscard]] int code_of(std::error_code error);
[[nodiscard]] inline Reply reply_of(std::error_code error) {
    return {code_of(error), error.message()};
}

}  // namespace consign::ftps
