// Sizes, rates and durations, as people write them: `4 GiB`, `20 MiB/s`, `30 seconds`.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace consign::policy {

/// B KiB MiB GiB TiB. The error says what was expected, and the nearest unit.
[[nodiscard]] std::expected<std::uint64_t, std::string> parse_size(std::string_view text);

/// A size and `/s`: bytes a second, at least one. The error as above.
[[nodiscard]] std::expected<std::uint64_t, std::string> parse_rate(std::string_view text);

/// seconds minutes hours days weeks, singular or plural. The error as above.
[[nodiscard]] std::expected<std::chrono::seconds, std::string> parse_duration(
    std::string_view text);

}  // namespace consign::policy
