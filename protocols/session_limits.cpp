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

namespace {

/// When the session's time is up as things stand, and what is said then.
struct End {
    std::chrono::steady_clock::time_point due;
    session_errc why;
};

End end_of(const desk::Session& session, const SessionState& state) {
    const auto policy = session.site().policy.current();
    if (!state.is_logged_in)
        return {state.began + policy->limits.login_time, session_errc::login_time_up};
    return {state.last_activity + policy->limits.idle_time, session_errc::idle_too_long};
}

}  // namespace

std::error_code reason_to_end(const desk::Session& session, const SessionState& state) {
    if (state.is_draining && !state.has_open_files) return session_errc::server_stops;
    const End end = end_of(session, state);
    if (std::chrono::steady_clock::now() > end.due) return end.why;
    return {};
}

std::chrono::milliseconds until_next_look(const desk::Session& session, const SessionState& state) {
    if (state.is_draining) return watch_interval;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        end_of(session, state).due - std::chrono::steady_clock::now());
    return std::clamp(left, watch_interval, longest_watch_interval);
}

}  // namespace consign::protocols
