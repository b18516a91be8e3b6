// What the daemon's control socket and the administrator's command agree on. One JSON object a
// line:
//   -> {"verb": "audit.events", "arguments": {"account": "lab-biomed"}}
//   <- {"row": {...}}            any number of them
//   <- {"end": {...}}            or, instead, {"error": "what was wrong; what to do"}
// Then the next request, or the end of the connection.
#pragma once

#include <cstddef>

namespace consign::desk {

/// In the data folder.
inline constexpr const char* control_socket_name = "control.sock";
inline constexpr std::size_t control_line_limit_bytes = std::size_t{64} * 1024;

}  // namespace consign::desk
