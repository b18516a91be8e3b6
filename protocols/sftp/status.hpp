// Status codes (draft-ietf-secsh-filexfer-02, section 7).
#pragma once

#include <array>
#include <cstdint>

#include "base/log.hpp"

namespace consign::sftp {

enum class Status : std::uint32_t {
    ok = 0,
    eof = 1,
    no_such_file = 2,
    permission_denied = 3,
    failure = 4,
    bad_message = 5,
    no_connection = 6,    // made up by clients; never on the wire
    connection_lost = 7,  // likewise
    op_unsupported = 8,
};

/// What clients show where nothing better is said; the words of OpenSSH.
[[nodiscard]] constexpr Literal text_of(Status status) {
    constexpr std::array<Literal, 9> texts{
        "Success",     "End of file",   "No such file",    "Permission denied",    "Failure",
        "Bad message", "No connection", "Connection lost", "Operation unsupported"};
    return texts.at(static_cast<std::size_t>(status));
}

}  // namespace consign::sftp
