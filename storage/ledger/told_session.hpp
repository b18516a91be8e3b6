// What the chain tells of a session, held against the session's row, which is not chained:
// docs/formats/ledger.md, "What rows are found by". Pure.
#pragma once

#include "storage/ledger/event.hpp"

namespace consign::ledger {

/// Clocks are set right, by an operator or by a time server: what is apart by no more is not told
/// apart.
inline constexpr std::chrono::minutes clock_slack{10};
/// The longest that a login may take, whatever `limits.login_time`, and the slack.
inline constexpr std::chrono::minutes longest_login = std::chrono::minutes{10} + clock_slack;

/// Of a login's detail, what the session's row says, too, and never says otherwise later: a client
/// may name itself anew. Rows of older versions tell less.
[[nodiscard]] bool fits_login(const Event& login, const Session& session);

/// Of a session_ended: when, why, and no fewer files and bytes than it tells. A transfer that ends
/// behind it may still count.
[[nodiscard]] bool fits_end(const Event& ended, const Session& session);

}  // namespace consign::ledger
