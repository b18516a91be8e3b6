// What a peer asks for before it is logged in (RFC 4252), as values.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace consign::ssh {

enum class LoginMethod { none, public_key, password, keyboard_interactive, other };

/// The methods that a refusal names as worth trying. At least one.
struct LoginMethods {
    bool public_key = false;
    bool password = false;
    bool keyboard_interactive = false;
};

struct OfferedKey {
    std::string algorithm;  // of the key: "ssh-ed25519", "ssh-rsa", "ssh-ed25519-cert-v01@..."
    Bytes blob;             // RFC 4253 section 6.6; a certificate's whole
    /// False: the peer asks whether this key would do. True: it has proved that it holds it.
    bool signature_verified = false;
    /// Issued by a CA: who signed it, for whom and until when, is unchecked.
    bool is_certificate = false;
    /// FIDO: touch or PIN are not checked.
    bool is_security_key = false;
};

struct LoginRequest {
    static constexpr std::size_t user_limit_bytes = 255;
    static constexpr std::size_t password_limit_bytes = 1024;

    LoginMethod method = LoginMethod::none;
    std::string user;               // as it came: any bytes but NUL
    std::optional<OfferedKey> key;  // with public_key
    SecretText password;            // with password
};

}  // namespace consign::ssh
