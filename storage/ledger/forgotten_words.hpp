// What a row `fields_forgotten` says, in words that are read back: docs/formats/ledger.md,
// "Forgetting". They stand in the chain: never change a form. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace consign::ledger {

/// How many rows of a month ("2026-11").
using RowsByMonth = std::map<std::string, std::uint64_t, std::less<>>;

/// "the content of these files is gone: 3 of 2026-11, 1 of 2026-12"
[[nodiscard]] std::string traces_forgotten(const RowsByMonth& rows);
/// "the access of 2026-11, with its key: 12 events, 3 sessions"
[[nodiscard]] std::string access_forgotten(std::string_view month, std::uint64_t events,
                                           std::uint64_t sessions);
/// "the last of the events about files of 2026-11, with their key": each was told before.
[[nodiscard]] std::string traces_key_forgotten(std::string_view month);

struct ForgottenWords {
    RowsByMonth traces{};  // rows about a file
    RowsByMonth access{};  // rows about none
};
/// Nothing of either where the detail has none of these forms, to the last letter.
[[nodiscard]] ForgottenWords forgotten_words_in(std::string_view detail);

}  // namespace consign::ledger
