// Services that a peer asked for and that this server does not offer. The peer gets SSH's own
// refusal; the session is told so that it can record it.
#pragma once

#include <cstdint>

namespace consign::ssh {

enum class Refused : std::uint8_t {
    shell,
    command,
    terminal,
    environment,
    x11,
    other_subsystem,
    other_channel_request,
    port_forwarding,
    other_channel,
    too_many_channels,
    packet_size_too_small,
    login_key_type,
};

/// Terminals and environments are asked for out of habit, by clients that then only want sftp.
[[nodiscard]] constexpr bool is_habit(Refused what) {
    return what == Refused::terminal || what == Refused::environment;
}

}  // namespace consign::ssh
