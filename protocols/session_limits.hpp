// The limits that every session is held to, whatever its protocol: how many there may be, and how
// long one may last.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <system_error>

#include "desk/site/session.hpp"

namespace consign::protocols {

/// How often a session is looked at whose end may be near, and how often at least: ten thousand
/// that do nothing are to cost nothing, and a policy that shortens a limit is to be heeded.
inline constexpr std::chrono::milliseconds watch_interval{500};
inline constexpr std::chrono::milliseconds longest_watch_interval{10'000};

/// A session's place among all, and among those of its address; given back with this.
struct Places {
    desk::Occupancy::Place of_all, of_address;
};
/// The limit that is reached, as the policy names it, and the hash of that policy.
struct NoPlace {
    std::string limit;
    Digest32 policy;
};
[[nodiscard]] std::expected<Places, NoPlace> take_places(const desk::Session& session);

/// What decides whether a session may go on.
struct SessionState {
    std::chrono::steady_clock::time_point began;
    std::chrono::steady_clock::time_point last_activity;
    bool is_logged_in = false;
    bool has_open_files = false;
    bool is_draining = false;
};
/// Why its time is up under the policy in force; nothing where it may go on. Whether its account
/// may still be here, desk::Session::reason_to_leave() tells.
[[nodiscard]] std::error_code reason_to_end(const desk::Session& session,
                                            const SessionState& state);
/// After which time that may be another, as far as it is known now.
[[nodiscard]] std::chrono::milliseconds until_next_look(const desk::Session& session,
                                                        const SessionState& state);

}  // namespace consign::protocols
