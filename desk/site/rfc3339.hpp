// Moments as text: RFC 3339, always UTC, always microseconds. What an administrator types may be
// less.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace consign::desk {

/// "2026-11-24T06:17:00.000000Z"
[[nodiscard]] std::string rfc3339(Timestamp time);

/// "2026-11-24"
[[nodiscard]] std::string full_date(std::chrono::sys_days day);

/// An RFC 3339 date-time: with "Z" or an offset, with or without a fraction of a second. Nothing
/// where it is anything else, or no such moment (February 30; a leap second reads as the second
/// after it).
[[nodiscard]] std::optional<Timestamp> from_rfc3339(std::string_view text);

/// RFC 3339 section 5.6, full-date: the day's first moment.
[[nodiscard]] std::optional<Timestamp> from_full_date(std::string_view text);

}  // namespace consign::desk
