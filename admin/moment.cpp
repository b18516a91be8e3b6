#include "admin/moment.hpp"

#include "desk/site/rfc3339.hpp"
#include "policy/calendar/zone.hpp"

namespace consign::admin {

std::optional<std::string> moment_of(std::string_view text, DayEdge edge, std::string_view zone) {
    if (const auto first = desk::from_full_date(text)) {
        const auto day = std::chrono::floor<std::chrono::days>(*first);
        return desk::rfc3339(edge == DayEdge::end
                                 ? policy::end_of_day(zone, day)
                                 : policy::instant(zone, policy::wall_time(day, {})));
    }
    if (const auto moment = desk::from_rfc3339(text)) return desk::rfc3339(*moment);
    return std::nullopt;
}

}  // namespace consign::admin
