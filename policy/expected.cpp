#include "policy/expected.hpp"

#include <algorithm>

#include "policy/calendar/zone.hpp"

namespace consign::policy {

namespace {

using std::chrono::days;
using std::chrono::microseconds;

/// A deadline belongs to the day on which its window opens, or to the next.
constexpr days search_limit_days{3};

Timestamp last_open(const Schedule& schedule, Timestamp deadline) {
    if (schedule.empty() || is_open(schedule, deadline)) return deadline;
    Timestamp last{};
    for (const ScheduleEntry& entry : schedule) {
        const auto* const window = std::get_if<Window>(&entry);
        if (!window) continue;
        const auto today = date_in(window->zone, deadline);
        for (auto day = today - search_limit_days; day <= today; day += days{1})
            if (const auto open = occurrence(*window, day); open && open->closes <= deadline)
                last = std::max(last, open->closes);
    }
    return last == Timestamp{} ? deadline : last;
}

}  // namespace

CountedTime counted_time(const Deadline& expect, const Schedule& window, Timestamp deadline) {
    const auto before = previous_deadline(expect, deadline - microseconds{1});
    return {.from = before ? last_open(window, *before) : Timestamp{},
            .until = last_open(window, deadline)};
}

}  // namespace consign::policy
