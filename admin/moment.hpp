// A moment as an administrator types it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace consign::admin {

enum class DayEdge { start, end };

/// In RFC 3339. A day alone (YYYY-MM-DD, in `zone`) is its first moment, or, for `end`, the next
/// day's, so that "until" a day takes that day in. Nothing where it is neither a day nor an RFC
/// 3339 moment.
[[nodiscard]] std::optional<std::string> moment_of(std::string_view text, DayEdge edge,
                                                   std::string_view zone = "UTC");

}  // namespace consign::admin
