// Words of the language that this version reads, checks and explains, and does not carry out. What
// carries one out takes its line away.
#pragma once

#include <array>
#include <string_view>

namespace consign::policy {

/// Keys (of their mapping, where another has the same), and values that are chosen.
inline constexpr std::array awaited_words = std::to_array<std::string_view>({
    "metrics",
    "ssh-certificate",
    "totp",
});

}  // namespace consign::policy
