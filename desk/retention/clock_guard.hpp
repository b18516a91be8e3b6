// Nothing is destroyed by a clock that cannot be right. What retention saw of the time last is
// kept in the database; a clock that stands more than `clock_guard` past it, or before it, is not
// believed until an administrator confirms it, or it is right again. A start is no sign of the
// time: only retention's own looks are, of which a running daemon makes one every few minutes.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "desk/site/site.hpp"

namespace consign::desk {

/// So little before what was seen last, it is only waited for: clocks are put right.
inline constexpr std::chrono::minutes clock_tolerance{5};
/// What was seen is written this often at most.
inline constexpr std::chrono::minutes clock_seen_interval{10};

/// May something be destroyed by this clock? The state, and where it changes the event and the
/// alarm, are durable when it resumes.
[[nodiscard]] boost::asio::awaitable<Result<bool>> believe_clock(Site& site);
/// The same of a time that was read from it: what is destroyed then is what was due at that.
[[nodiscard]] boost::asio::awaitable<Result<bool>> believe_clock(Site& site, Timestamp now);

/// In the transaction of what destroys by `now`: may it still? Another look may have passed since.
[[nodiscard]] Result<bool> is_believed(Transaction& transaction, const policy::Policy& policy,
                                       Timestamp now);

/// An administrator says that the clock is right. The event names the time that was confirmed.
[[nodiscard]] Result<> confirm_clock(Site& site, Transaction& transaction,
                                     const std::string& administrator);

}  // namespace consign::desk
