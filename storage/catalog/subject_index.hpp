// How a sealed subject is found: by a keyed digest of its authority and identifier.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/secret.hpp"

namespace consign::catalog {

using SubjectIndex = std::array<std::uint8_t, 16>;

/// HMAC-SHA256(key, u64 0 || string authority || string id), its first 16 bytes:
/// docs/formats/database.md. No folder has the id 0, so no name's index is made of the same bytes.
[[nodiscard]] SubjectIndex subject_index(const SecretKey& key, std::string_view authority,
                                         std::string_view id);

}  // namespace consign::catalog
