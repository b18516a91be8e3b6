#include "policy/calendar/deadline.hpp"

#include <algorithm>

#include "policy/calendar/zone.hpp"

namespace consign::policy {

namespace {

using std::chrono::days;
using std::chrono::sys_days;

std::optional<Timestamp> deadline_of(const Deadline& deadline, sys_days day) {
    if (!contains(deadline.days, day)) return std::nullopt;
    const auto is_holiday = [&](const Holidays& holidays) { return holidays.contains(day); };
    if (std::ranges::any_of(deadline.holidays, is_holiday)) return std::nullopt;
    const days nights{deadline.by < deadline.from ? 1 : 0};
    return instant(deadline.zone, wall_time(day + nights, deadline.by));
}

}  // namespace

std::optional<Timestamp> next_deadline(const Deadline& deadline, Timestamp time) {
    const sys_days today = date_in(deadline.zone, time);
    // Yesterday's may be today.
    for (sys_days day = today - days{1}; day <= today + deadline_search_limit_days; day += days{1})
        if (const auto found = deadline_of(deadline, day); found && *found > time) return found;
    return std::nullopt;
}

std::optional<Timestamp> previous_deadline(const Deadline& deadline, Timestamp time) {
    const sys_days today = date_in(deadline.zone, time);
    // Tomorrow's has been, where a clock is put back over midnight.
    for (sys_days day = today + days{1}; day >= today - deadline_search_limit_days; day -= days{1})
        if (const auto found = deadline_of(deadline, day); found && *found <= time) return found;
    return std::nullopt;
}

}  // namespace consign::policy
