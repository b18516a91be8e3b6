#include "admin/moment.hpp"

#include "desk/site/rfc3339.hpp"

namespace consign::admin {

std::optional<std::string> moment_of(std::string_view text, DayEdge edge) {
    if (const auto day = desk::from_full_date(text))
        return desk::rfc3339(*day + std::chrono::days(edge == DayEdge::end ? 1 : 0));
    if (const auto moment = desk::from_rfc3339(text)) return desk::rfc3339(*moment);
    return std::nullopt;
}

}  // namespace consign::admin
