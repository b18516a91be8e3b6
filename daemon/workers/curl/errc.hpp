// Why a server did not do what it was asked.
#pragma once

#include <system_error>

#include "base/result.hpp"

namespace consign::curl {

enum class curl_errc {
    unreachable = 1,  // no such host, or nobody answers there
    no_authorities,   // TLS: `ca` cannot be read
    untrusted,        // TLS: its certificate is not vouched for, is not this host's, or is over
    no_tls,           // TLS was asked for, and cannot be had there
    login_refused,
    refused,       // it answered, and would not
    full,          // the same, for want of room
    no_such_file,  // there
    broken_off,    // the connection ended before the answer
    timed_out,
    stopped,   // by our own wish
    too_long,  // the answer is larger than it may be
    failed,    // anything else
};
const std::error_category& curl_category();
[[nodiscard]] inline std::error_code make_error_code(curl_errc code) {
    return {static_cast<int>(code), curl_category()};
}

}  // namespace consign::curl

template <>
struct std::is_error_code_enum<consign::curl::curl_errc> : std::true_type {};
