#pragma once

#include <system_error>

namespace consign::delivery {

/// Why a far end did not do what it was asked.
enum class delivery_errc {
    // Of the target: no file would fare better.
    unreachable = 1,
    wrong_host_key,  // somebody answers, and is not who was pinned
    untrusted,       // its certificate is not vouched for
    login_refused,
    no_authorities,   // `ca` cannot be read
    no_folder,        // a local one, that is not there or may not be looked into
    no_credential,    // what the policy names cannot be read
    not_carried_out,  // no scheme that this version speaks
    // Of the connection
    connection_lost,
    timed_out,
    stopped,  // the daemon is stopping
    // Of one file
    refused,
    read_only,  // the disk, or the sandbox
    no_such_name,
    taken,  // the name
    full,
    no_room_here,    // for a file as large as this one
    far_end_failed,  // it says no, and no more
    unverified,      // what is there is not what was sent
    changed,         // it is not as it was when it was listed
    too_many_names,
    tells_too_little,  // neither MLSD, nor SIZE and MDTM
};

[[nodiscard]] std::error_code make_error_code(delivery_errc code);

/// The target's own, whichever file was tried.
[[nodiscard]] bool is_of_target(std::error_code error);
/// The connection is of no use any more.
[[nodiscard]] bool is_of_connection(std::error_code error);
/// Neither: others may fare better.
[[nodiscard]] bool is_of_one_file(std::error_code error);

}  // namespace consign::delivery

template <>
struct std::is_error_code_enum<consign::delivery::delivery_errc> : std::true_type {};
