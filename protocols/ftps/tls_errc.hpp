// Why a TLS context could not be made, or a TLS connection ended.
#pragma once

#include <system_error>

namespace consign::ftps {

enum class tls_errc {
    // A listener that cannot start.
    certificate_unreadable = 1,
    certificate_malformed,
    certificate_too_weak,
    private_key_unreadable,
    private_key_open_to_others,
    private_key_encrypted,
    private_key_malformed,
    private_key_of_another,
    client_ca_unreadable,
    client_ca_malformed,
    // A handshake that failed.
    handshake_failed,
    not_tls,
    refused_by_client,
    wrong_protocol,
    session_not_resumed,
    // A connection that ended.
    truncated,
    bad_record,
};

[[nodiscard]] const std::error_category& tls_category();

/// The message of each is a constant: nothing that a peer sent, and no path, is ever part of it.
[[nodiscard]] inline std::error_code make_error_code(tls_errc code) {
    return {static_cast<int>(code), tls_category()};
}

}  // namespace consign::ftps

template <>
struct std::is_error_code_enum<consign::ftps::tls_errc> : std::true_type {};
