// What can be read from a public key's wire form (RFC 4253 section 6.6; certificates: OpenSSH's
// PROTOCOL.certkeys) without a crypto library.
#pragma once

#include <cstddef>

#include "base/bytes.hpp"

namespace consign::ssh {

/// The size of the modulus of an RSA key or RSA certificate; 0 where `blob` is neither.
[[nodiscard]] std::size_t rsa_modulus_bits(ByteView blob);

}  // namespace consign::ssh
