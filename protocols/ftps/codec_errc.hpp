// Why the codec refuses what a peer sent. The message says what would have been right, and never
// what came: it may stand behind a reply's code as it is.
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

namespace consign::ftps {

enum class ftp_codec_errc {
    // Of a line: 500.
    line_too_long = 1,
    not_a_command,
    // Of an argument: 501.
    bad_port,
    bad_eprt,
    bad_epsv,
    bad_position,
    bad_range,
    bad_allocation,
    bad_time,
    bad_utime,
    bad_mff,
    bad_hash_argument,
    no_path,
    // RFC 2428 section 2: 522.
    unknown_network_protocol,
};

[[nodiscard]] const std::error_category& ftp_codec_category();

[[nodiscard]] inline std::error_code make_error_code(ftp_codec_errc code) {
    return {static_cast<int>(code), ftp_codec_category()};
}

}  // namespace consign::ftps

template <>
struct std::is_error_code_enum<consign::ftps::ftp_codec_errc> : std::true_type {};
