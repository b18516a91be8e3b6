// Days of the week, as people write them: `Mon-Sat`.
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace consign::policy {

using Weekdays = std::bitset<7>;  // Monday is 0
inline constexpr std::array<std::string_view, 7> weekday_names{"Mon", "Tue", "Wed", "Thu",
                                                               "Fri", "Sat", "Sun"};

/// "Mon-Sat", "Mon,Wed,Fri", "Sat-Mon", "daily". The error says what is wrong and what would be
/// right.
[[nodiscard]] std::expected<Weekdays, std::string> parse_days(std::string_view text);

[[nodiscard]] inline bool contains(const Weekdays& weekdays, std::chrono::sys_days date) {
    return weekdays[std::chrono::weekday(date).iso_encoding() - 1];
}

}  // namespace consign::policy
