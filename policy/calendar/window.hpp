// A window of a week: `Mon-Sat 22:00-04:00 Europe/Paris`.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "policy/calendar/weekdays.hpp"

namespace consign::policy {

/// A window belongs to the day on which it opens; one whose end is not after its start ends on the
/// next day. A time that summer time skips moves to the next that exists; one that it repeats
/// counts once: the first.
struct Window {
    Weekdays days;
    std::chrono::minutes opens{0};  // since midnight, on the clock on the wall
    /// Up to this minute, without it; where absent, an instant ("Mon-Sat 06:00").
    std::optional<std::chrono::minutes> closes{};
    std::string zone;  // a name of the time zone database
    std::string text;  // as it was written

    bool operator==(const Window&) const = default;
};

/// "Mon-Sat 05:00-22:00 Europe/Paris", "Mon,Wed 06:00", "daily 00:00-24:00"; without a zone,
/// `default_zone`. The error says what is wrong and what would be right.
[[nodiscard]] std::expected<Window, std::string> parse_window(std::string_view text,
                                                              std::string_view default_zone);
/// "07:30", "24:00".
[[nodiscard]] std::expected<std::chrono::minutes, std::string> parse_time_of_day(
    std::string_view text);

/// A day's window, as instants.
struct Occurrence {
    std::chrono::sys_days day;  // the date on which it opens, in its zone
    Timestamp opens{};
    Timestamp closes{};  // equal to `opens` for an instant
    bool operator==(const Occurrence&) const = default;
};
/// Nothing where the window is not of that day, or where summer time skips the whole of it.
[[nodiscard]] std::optional<Occurrence> occurrence(const Window& window, std::chrono::sys_days day);
/// The first that opens after `time`; nothing where the window has no days.
[[nodiscard]] std::optional<Occurrence> next(const Window& window, Timestamp time);

/// An instant is never open.
[[nodiscard]] bool is_open(const Window& window, Timestamp time);

}  // namespace consign::policy
