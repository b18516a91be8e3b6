// What ends because its term is over: as system:retention, a bounded number at a time. Nothing is
// remembered from one call to the next but what stands in the database, so that a call may die at
// any point, and several may run at once (the worker, and an administrator's command).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "desk/site/site.hpp"

namespace consign::desk {

/// So many terms are worked out in one transaction, and so many contents end in one.
inline constexpr std::size_t settled_at_once = 32;
inline constexpr std::size_t ended_at_once = 32;
/// Of stale subjects fewer: what is about one who is stale again is looked at in vain, and must not
/// be all that is looked at.
inline constexpr std::size_t lives_settled_at_once = settled_at_once / 2;
/// What an administrator's verb works out before it answers with what is known by then.
inline constexpr std::size_t settle_steps_limit = 4096;
/// What a hold, or a job, keeps past its term is looked at again after so long.
inline constexpr std::chrono::hours held_interval{1};
inline constexpr std::chrono::minutes busy_interval{10};

/// Is the policy the version that came into force last? A command without a daemon has the files as
/// they stand, which nobody may have accepted: by them nothing is worked out, and nothing ends.
[[nodiscard]] Result<bool> is_in_force(Transaction& transaction, const policy::Policy& policy);

/// Works out some of the terms that are stale. False where none was left.
[[nodiscard]] boost::asio::awaitable<Result<bool>> settle_stale(Site& site);
/// Works out those that are stale, in up to so many steps. False where some are left: deposits that
/// make others stale may come faster.
[[nodiscard]] boost::asio::awaitable<Result<bool>> settle_all(
    Site& site, std::size_t steps = settle_steps_limit);

struct Ended {
    std::size_t looked_at = 0;  // fewer than ended_at_once: there is no more to look at now
    std::size_t destroyed = 0;
    std::size_t held = 0;                 // by a hold
    std::size_t busy = 0;                 // a job needs it
    std::size_t stale = 0;                // its term is to be worked out again first
    bool clock_is_doubted = false;        // so nothing was looked at
    bool policy_is_not_in_force = false;  // the same
};

/// Ends some of what is due: its names, with an event for each; then the keys, and the content;
/// then its row, with the event that certifies it. Terms that are stale are left alone.
[[nodiscard]] boost::asio::awaitable<Result<Ended>> end_due(Site& site);

/// The same for up to ended_at_once contents, whether or not they were put off. Nothing of what is
/// not due.
[[nodiscard]] boost::asio::awaitable<Result<Ended>> end_if_due(Site& site,
                                                               std::vector<catalog::FileId> files);

}  // namespace consign::desk
