// The one door to the time zone database (libstdc++ 12 has none): what day and time it is at the
// site, and when a day or time there comes. The database is the system's, read once.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace consign::policy {

[[nodiscard]] bool is_zone(std::string_view name);
/// "; did you mean `Europe/Paris`?", or nothing.
[[nodiscard]] std::string zone_suggestion(std::string_view name);

// A zone that is_zone() does not know counts as UTC. What a zone does by rule (summer time) it is
// taken to do for ever. Dates lie within std::chrono::year's range.

/// The time that a clock on the wall shows.
using WallTime = std::chrono::time_point<std::chrono::local_t, std::chrono::seconds>;
[[nodiscard]] WallTime wall_time(std::string_view zone, Timestamp time);

/// The date on that wall.
[[nodiscard]] std::chrono::sys_days date_in(std::string_view zone, Timestamp time);

/// A time of day (24:00 and beyond are of the next day) on a date, as the clock on the wall shows
/// it.
[[nodiscard]] WallTime wall_time(std::chrono::sys_days date, std::chrono::minutes time_of_day);

/// When the clock on the wall shows a time: where it skips that time, the next instant that exists;
/// where it shows it twice, the first. So a later time is never an earlier instant, and
/// `instant(zone, w) > t` only where `w > wall_time(zone, t)`.
[[nodiscard]] Timestamp instant(std::string_view zone, WallTime time);

/// When a date is over for good: 24:00, the second where a clock is put back over midnight.
[[nodiscard]] Timestamp end_of_day(std::string_view zone, std::chrono::sys_days date);

}  // namespace consign::policy
