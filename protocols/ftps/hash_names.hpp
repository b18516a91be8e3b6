// The hashes of HASH (draft-bryan-ftpext-hash-02), under the names of the "Hash Function Textual
// Names" registry, and CRC32, which clients know from before it.
#pragma once

#include <string>
#include <string_view>

namespace consign::ftps {

struct HashName {
    std::string_view name;       // "SHA-256"
    std::string_view desk_name;  // "sha256"
};

/// SHA-256.
[[nodiscard]] const HashName* default_hash();
/// In any case; null where there is none of that name.
[[nodiscard]] const HashName* find_hash(std::string_view name);

/// The line of FEAT: "HASH SHA-256*;SHA-512;...", a star behind the one that is chosen.
[[nodiscard]] std::string hash_feature(const HashName& chosen);

}  // namespace consign::ftps
