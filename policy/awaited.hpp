// Words of the language that this version reads, checks and explains, and does not carry out. What
// carries one out takes its line away.
#pragma once

#include <array>
#include <string_view>

namespace consign::policy {

/// Keys, and values that are chosen.
inline constexpr std::array awaited_words = std::to_array<std::string_view>({
    "deliver",
    "deposits",
    "expect_by",
    "ledger",
    "metrics",
    "pulls",
    "shorten_after_pickup",
    "ssh-certificate",
    "totp",
    "witness",
});

}  // namespace consign::policy
