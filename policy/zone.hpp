// The one door to the time zone database (libstdc++ 12 has none): what day and time it is at the
// site. The database is the system's, read once.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace consign::policy {

[[nodiscard]] bool is_zone(std::string_view name);
/// "; did you mean `Europe/Paris`?", or nothing.
[[nodiscard]] std::string zone_suggestion(std::string_view name);

/// The time that a clock on the wall shows. A zone that is_zone() does not know counts as UTC.
using WallTime = std::chrono::time_point<std::chrono::local_t, std::chrono::seconds>;
[[nodiscard]] WallTime wall_time(std::string_view zone, Timestamp time);

}  // namespace consign::policy
