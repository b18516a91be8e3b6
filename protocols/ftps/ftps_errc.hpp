// Why a transfer failed, or a session had to end, for reasons that FTPS alone has. The message goes
// to the peer, and into the session's row.
#pragma once

#include <system_error>

namespace consign::ftps {

enum class ftps_errc {
    bytes_behind_auth = 1,
    no_passive_port,
    passive_needs_ipv4,
    not_the_peer,
    data_connection_late,
    data_handshake_late,
    transfer_aborted,
    transfer_stalled,
    connection_broken,
    no_close_notify,
    announced_more,
    restart_beyond_end,
    range_beyond_end,
};

[[nodiscard]] std::error_code make_error_code(ftps_errc code);

}  // namespace consign::ftps

template <>
struct std::is_error_code_enum<consign::ftps::ftps_errc> : std::true_type {};
