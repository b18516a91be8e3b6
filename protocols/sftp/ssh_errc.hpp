// Why an SSH server could not be made, or a connection ended.
#pragma once

#include <system_error>

namespace consign::ssh {

enum class ssh_errc {
    // A server that cannot start.
    unsupported_library = 1,
    unknown_algorithm,
    host_key_unreadable,
    host_key_open_to_others,
    host_key_malformed,
    host_key_too_weak,
    host_key_in_slow_format,
    host_key_missing,
    host_key_twice,
    // A connection that ended.
    cannot_start,
    peer_closed,
    negotiation_failed,
    protocol_error,
    out_of_turn,
    request_too_large,
    signature_refused,
    window_overrun,
    too_many_refusals,
    failed_inside,
    // A channel that ended while its connection lives.
    channel_closed,
};

[[nodiscard]] const std::error_category& ssh_category();

/// The message of each is a constant: nothing that a peer sent is ever part of it, so it may go
/// into a log, and to the peer as the text of SSH_MSG_DISCONNECT.
[[nodiscard]] inline std::error_code make_error_code(ssh_errc code) {
    return {static_cast<int>(code), ssh_category()};
}

}  // namespace consign::ssh

template <>
struct std::is_error_code_enum<consign::ssh::ssh_errc> : std::true_type {};
