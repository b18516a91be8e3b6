#include "protocols/session_limits.hpp"

#include <algorithm>

#include "protocols/session_errc.hpp"

namespace consign::protocols {

using desk::Occupancy;

std::expected<Places, NoPlace> take_places(const desk::Session& session) {
    desk::Site& site = session.site();
    const auto policy = site.policy.current();
    auto of_all = site.occupancy.take(Occupancy::all_sessions(), policy->limits.sessions);
    if (!of_all) return std::unexpected(NoPlace{"limits.sessions", policy->hash});
    auto of_address = site.occupancy.take(Occupancy::of_address(session.network()),
                                          policy->limits.sessions_per_address);
    if (!of_address) return std::unexpected(NoPlace{"limits.sessions_per_address", policy->hash});
    return Places{std::move(*of_all), std::move(*of_address)};
}

std::error_code reason_to_end(const desk::Session& session, const SessionState& state) {
    const auto policy = session.site().policy.current();
    const auto now = std::chrono::steady_clock::now();
    if (state.is_draining && !state.has_open_files) return session_errc::server_stops;
    if (!state.is_logged_in) {
        if (now - state.began > policy->limits.login_time) return session_errc::login_time_up;
        return {};
    }
    if (now - state.last_activity > policy->limits.idle_time) return session_errc::idle_too_long;
    return {};
}

std::chrono::milliseconds until_next_look(const desk::Session& session, const SessionState& state) {
    if (state.is_draining) return watch_interval;
    const auto& limits = session.site().policy.current()->limits;
    const auto due = state.is_logged_in ? state.last_activity + limits.idle_time
                                        : state.began + limits.login_time;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(due - std::chrono::steady_clock::now());
    return std::clamp(left, watch_interval, longest_watch_interval);
}

}  // namespace consign::protocols
