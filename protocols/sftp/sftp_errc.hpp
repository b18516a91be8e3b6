// Why this server ended a session of its own accord. The message goes to the peer, and into its
// row.
#pragma once

#include <system_error>

namespace consign::sftp {

enum class sftp_errc {
    logged_out = 1,
    login_time_up,
    idle_too_long,
    server_stops,
    too_many_sessions,
    failed_inside,
};

[[nodiscard]] std::error_code make_error_code(sftp_errc code);

}  // namespace consign::sftp

template <>
struct std::is_error_code_enum<consign::sftp::sftp_errc> : std::true_type {};
