// Why a session ended, whatever its protocol. The message goes to the peer, and into its row.
#pragma once

#include <system_error>

namespace consign::protocols {

enum class session_errc {
    logged_out = 1,
    peer_closed,
    login_time_up,
    idle_too_long,
    server_stops,
    too_many_sessions,
    failed_inside,
};

[[nodiscard]] std::error_code make_error_code(session_errc code);

}  // namespace consign::protocols

template <>
struct std::is_error_code_enum<consign::protocols::session_errc> : std::true_type {};
