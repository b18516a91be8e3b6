#include "admin/period.hpp"

#include <fmt/format.h>

#include <tuple>

#include "admin/moment.hpp"

namespace consign::admin {

Outcome<> add_period(boost::json::object& arguments, const std::string& from,
                     const std::string& until) {
    for (const auto& [name, value, edge] :
         {std::tuple("from", from, DayEdge::start), std::tuple("until", until, DayEdge::end)}) {
        if (value.empty()) continue;
        const auto moment = moment_of(value, edge);
        if (!moment)
            return failed(
                fmt::format("--{} {} is no time; write 2026-11-24 or 2026-11-24T06:17:00Z", name,
                            value),
                exit_bad_command_line);
        arguments.emplace(name, *moment);
    }
    return {};
}

}  // namespace consign::admin
