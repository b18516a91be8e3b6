// What the scrubber found, as events and alarms, in the transactions that keep how far it came.
#pragma once

#include <vector>

#include "desk/site/site.hpp"

namespace consign::desk {

inline constexpr Literal scrub_account("system:scrub");

struct ScrubFinding {
    scrub::Candidate file;
    std::optional<scrub::Damage> damage;  // none: it is whole
};

/// How long damage that was found waits to be told together with more.
inline constexpr std::chrono::hours scrub_alarm_interval{1};

/// An event for each damage that is new, and for each content that is whole again; counts both in
/// `pass`. What is gone, or about to be destroyed, is no damage.
[[nodiscard]] Result<> record_findings(Site& site, Transaction& transaction, scrub::Pass& pass,
                                       const std::vector<ScrubFinding>& findings);

/// One alarm for all damage that none has told yet: at the end of a pass, or once the first has
/// waited for scrub_alarm_interval.
[[nodiscard]] Result<> tell_of_damage(Site& site, Transaction& transaction, scrub::Pass& pass,
                                      bool is_end);

/// The pass has come to its end: its event, its alarm; and that all is well again, where an alarm
/// had told otherwise.
[[nodiscard]] Result<> end_pass(Site& site, Transaction& transaction, scrub::Pass& pass);

/// `missing` in a row: the store itself is not there. An event, and an alarm the first time.
[[nodiscard]] Result<> stop_pass(Site& site, Transaction& transaction, scrub::Pass& pass,
                                 std::size_t missing);

}  // namespace consign::desk
