// Files that lie beside a deposit and say that it is complete: NAME.ok, of any content, and
// NAME.sha256, NAME.sha512 or NAME.md5, which tell its digest. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "policy/policy.hpp"

namespace consign::desk {

/// What a name says that it is.
struct Sidecar {
    policy::Sidecar kind{};
    std::string of;              // the name of the file that it speaks of
    std::string_view algorithm;  // of ContentDigest; empty for an ok file
};

/// Nothing where the name is no sidecar's.
[[nodiscard]] std::optional<Sidecar> sidecar_named(std::string_view name);

/// The names that a file's sidecars of this kind may have.
[[nodiscard]] std::vector<std::string> sidecar_names(std::string_view name, policy::Sidecar kind);

/// So much of a sidecar is read.
inline constexpr std::size_t sidecar_limit_bytes = 64 * 1024;

/// Does a line of the text tell this digest, as `sha256sum` writes it (DIGEST  NAME), as `openssl
/// dgst` and BSD do (SHA256(NAME)= DIGEST), or bare? The names in it count for nothing: a client
/// may have computed it before it gave the file its name.
[[nodiscard]] bool tells_digest(std::string_view text, ByteView digest);

}  // namespace consign::desk
