// Schedules are one type everywhere: windows of the week and instants, one or several.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "policy/calendar/cron.hpp"
#include "policy/calendar/deadline.hpp"
#include "policy/calendar/window.hpp"

namespace consign::policy {

using ScheduleEntry = std::variant<Window, Cron>;
using Schedule = std::vector<ScheduleEntry>;

/// A window, an instant ("Mon-Sat 06:00 Europe/Paris"), or the same as a cron expression
/// ("0 6 * * Mon-Sat Europe/Paris"). The error says what is wrong and what would be right.
[[nodiscard]] std::expected<ScheduleEntry, std::string> parse_schedule_entry(
    std::string_view text, std::string_view default_zone);

/// Is one of the windows open? Instants never are.
[[nodiscard]] bool is_open(const Schedule& schedule, Timestamp time);

/// May what waits since `since` be done by now: is a window open, or has an instant come meanwhile?
[[nodiscard]] bool has_come(const Schedule& schedule, Timestamp since, Timestamp now);

/// The first window that opens, or instant that comes, after `time`; of several at once, the one
/// written first. Nothing where none ever comes.
[[nodiscard]] std::optional<Occurrence> next(const Schedule& schedule, Timestamp time);

}  // namespace consign::policy
