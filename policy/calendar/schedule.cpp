#include "policy/calendar/schedule.hpp"

#include <algorithm>

#include "policy/calendar/zone.hpp"

namespace consign::policy {

namespace {

std::optional<Occurrence> next_of(const Window& window, Timestamp time) {
    return next(window, time);
}

std::optional<Occurrence> next_of(const Cron& cron, Timestamp time) {
    const auto instant = next(cron, time);
    if (!instant) return std::nullopt;
    return Occurrence{date_in(cron.zone, *instant), *instant, *instant};
}

}  // namespace

std::expected<ScheduleEntry, std::string> parse_schedule_entry(std::string_view text,
                                                               std::string_view default_zone) {
    if (looks_like_cron(text)) return parse_cron(text, default_zone);
    return parse_window(text, default_zone);
}

bool is_open(const Schedule& schedule, Timestamp time) {
    return std::ranges::any_of(schedule, [&](const ScheduleEntry& entry) {
        const auto* window = std::get_if<Window>(&entry);
        return window != nullptr && is_open(*window, time);
    });
}

bool has_come(const Schedule& schedule, Timestamp since, Timestamp now) {
    if (is_open(schedule, now)) return true;
    return std::ranges::any_of(schedule, [&](const ScheduleEntry& entry) {
        const auto* window = std::get_if<Window>(&entry);
        if (window != nullptr && window->closes) return false;
        const auto instant = std::visit(
            [&](const auto& kind) { return next_of(kind, since - std::chrono::microseconds(1)); },
            entry);
        return instant && instant->opens <= now;
    });
}

std::optional<Occurrence> next(const Schedule& schedule, Timestamp time) {
    std::optional<Occurrence> first;
    for (const ScheduleEntry& entry : schedule) {
        const auto found = std::visit([&](const auto& kind) { return next_of(kind, time); }, entry);
        if (found && (!first || found->opens < first->opens)) first = found;
    }
    return first;
}

}  // namespace consign::policy
