#include "protocols/session_limits.hpp"

#include "desk/errc.hpp"
#include "protocols/session_errc.hpp"

namespace consign::protocols {

using desk::Occupancy;

std::expected<Places, std::string> take_places(const desk::Session& session) {
    desk::Site& site = session.site();
    const auto limits = site.policy.current()->limits;
    auto of_all = site.occupancy.take(Occupancy::all_sessions(), limits.sessions);
    if (!of_all) return std::unexpected("limits.sessions");
    auto of_address =
        site.occupancy.take(Occupancy::of_address(session.network()), limits.sessions_per_address);
    if (!of_address) return std::unexpected("limits.sessions_per_address");
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
    const auto account = policy->accounts.find(session.account());
    if (account == policy->accounts.end() || !account->second.enabled)
        return desk::desk_errc::account_withdrawn;
    if (now - state.last_activity > policy->limits.idle_time) return session_errc::idle_too_long;
    return {};
}

}  // namespace consign::protocols
