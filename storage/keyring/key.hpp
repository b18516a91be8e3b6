// How a key is named, and what it is for.
#pragma once

#include <cstdint>

namespace consign::keyring {

/// What a key is for. Each purpose has one current key (ledger_period: one a calendar month, UTC);
/// older ones stay as long as something is sealed under them. The number stands in the keyring's
/// authenticated form: never reuse or reorder one.
enum class Purpose : std::uint8_t { content = 1, name = 2, index = 3, ledger_period = 4 };

/// Names a key for good: it stands in sealed files, cells and rows. Never zero, never reused.
using KeyId = std::uint32_t;

}  // namespace consign::keyring
