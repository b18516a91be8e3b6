// Host keys, made by OpenSSH's own ssh-keygen (Debian: openssh-client).
#pragma once

#include <filesystem>

#include "admin/outcome.hpp"

namespace consign::admin {

enum class HostKeyType { ed25519, ecdsa, rsa };

/// A new key in `file` (mode 0600, no passphrase), and its public half in `file`.pub. ed25519 in
/// OpenSSH's format; RSA (3072 bits) in PEM, since libssh 0.10 loses the CRT parameters of the
/// other. `file` must not be there.
[[nodiscard]] Outcome<> generate_host_key(HostKeyType type, const std::filesystem::path& file);

}  // namespace consign::admin
