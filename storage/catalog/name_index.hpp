// How a sealed name is found: by a keyed digest of the name and the folder it is in.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/secret.hpp"

namespace consign::catalog {

using NameIndex = std::array<std::uint8_t, 16>;

/// HMAC-SHA256(key, u64 parent || name), its first 16 bytes: docs/formats/database.md.
[[nodiscard]] NameIndex name_index(const SecretKey& key, std::int64_t parent,
                                   std::string_view name);

}  // namespace consign::catalog
