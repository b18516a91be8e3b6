// What is expected by a time of day: a pickup or a deposit.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "policy/calendar/holidays.hpp"
#include "policy/calendar/weekdays.hpp"

namespace consign::policy {

/// On some days, and on no holiday. A deadline belongs to the day on which its window opens, and
/// that day decides: a window that opens on the eve of a holiday has its deadline on the holiday.
struct Deadline {
    Weekdays days;
    std::chrono::minutes by{0};  // of the clock on the wall; of the next day where by < `from`
    std::chrono::minutes from{
        0};  // when the window of that day opens; midnight where there is none
    std::string zone;
    std::vector<Holidays> holidays;

    bool operator==(const Deadline&) const = default;
};

/// How far either function looks: holidays may empty a whole season, but not years.
inline constexpr std::chrono::days deadline_search_limit_days{5 * 366};

/// The first deadline after `time`; nothing where there is none (no days, or holidays alone).
[[nodiscard]] std::optional<Timestamp> next_deadline(const Deadline& deadline, Timestamp time);
/// The last one at or before `time`: counts run from it.
[[nodiscard]] std::optional<Timestamp> previous_deadline(const Deadline& deadline, Timestamp time);

}  // namespace consign::policy
