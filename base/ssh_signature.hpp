// Signatures as `ssh-keygen -Y sign` makes them and `ssh-keygen -Y verify` checks them: OpenSSH's
// PROTOCOL.sshsig, with Ed25519 (RFC 8709) over SHA-512. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ed25519.hpp"

namespace consign {

/// The key as a line of authorized_keys: "ssh-ed25519 AAAA...".
[[nodiscard]] std::string ssh_public_key(const Ed25519PublicKey& key);
/// Nothing where it is no such line; a comment may follow.
[[nodiscard]] std::optional<Ed25519PublicKey> from_ssh_public_key(std::string_view line);
/// "SHA256:...", as `ssh-keygen -l` shows it.
[[nodiscard]] std::string ssh_fingerprint(const Ed25519PublicKey& key);

/// The signature of `message` in armour, as the content of a .sig file. A signature made for one
/// purpose passes for no other: `purpose` is the namespace.
[[nodiscard]] std::string ssh_sign(const Ed25519Key& key, std::string_view purpose,
                                   ByteView message);

/// Who signed `message` for `purpose`, where somebody did and the signature holds. Whether that is
/// whom one trusts is the caller's to ask.
[[nodiscard]] std::optional<Ed25519PublicKey> ssh_signer(std::string_view armoured,
                                                         std::string_view purpose,
                                                         ByteView message);

}  // namespace consign
