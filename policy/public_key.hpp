// A public key of an account: a line as OpenSSH writes it (sshd(8), AUTHORIZED_KEYS FILE FORMAT,
// without options). The blob is looked into, so that a key that could never log in is told here.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace consign::policy {

inline constexpr std::size_t rsa_least_bits = 2048;
inline constexpr std::size_t rsa_most_bits = 16384;

struct ParsedKey {
    std::string algorithm;    // "ssh-ed25519"
    Bytes blob;               // RFC 4253 section 6.6
    std::string fingerprint;  // "SHA256:...", as ssh-keygen -l shows it
};

/// "ssh-ed25519 AAAA... comment". The error says what is wrong, and quotes nothing of the line but
/// a known algorithm's name: the line may be a private key that was put in the wrong place.
[[nodiscard]] std::expected<ParsedKey, std::string> parse_public_key(std::string_view line);

/// Does it begin as a key (or as an attempt at one) rather than as the path of a file?
[[nodiscard]] bool looks_like_key(std::string_view text);

}  // namespace consign::policy
