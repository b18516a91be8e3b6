// An alarm: something that a person has to hear of. It is raised in the transaction of what it is
// about, with an event and one job for each channel of the alerts that are named, so that it is
// told at least once, under its own id. It carries ids and counts, never a name of a file or
// person.
#pragma once

#include <map>
#include <span>
#include <string>

#include "desk/site/site.hpp"

namespace consign::desk {

struct Alarm {
    Literal what;                         // "pickup_missed"; a word that does not change
    std::span<const std::string> alerts;  // of Policy::alerts; one that is not there is passed over
    std::string rule{};                   // FILE:LINE
    std::string subject{};      // of which thing of the policy: a pickup's name, a target's
    bool mended = false;        // what was raised before is well again
    std::vector<Id> streams{};  // of at most streams_limit contents
    std::map<std::string, std::uint64_t> counts{};

    static constexpr std::size_t streams_limit = 16;
};

/// What one channel gets, as JSON text:
///   {"id", "time", "site", "alarm", "state": "raised"|"mended", "rule", "about", "streams",
///   counts}
/// stands in the work of a job of Kind::alert: {"alert": NAME, "channel": INDEX, "tells": what of
/// policy/alert_channels.hpp it is known by, "message": {...}}.
/// `account`: who noticed. Where nobody is named, the event alone tells of it.
[[nodiscard]] Result<> raise_alarm(Site& site, Transaction& transaction,
                                   const policy::Policy& policy, Literal account,
                                   const Alarm& alarm);

}  // namespace consign::desk
