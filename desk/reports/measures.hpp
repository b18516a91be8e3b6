// What protects the data here (RGPD art. 32), as facts: of the policy in force, and of what the
// store knows that is carried out. Nothing in them is secret; where a key lies is not told.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <vector>

#include "desk/site/site.hpp"

namespace consign::desk {

struct MeasuresInStore {
    std::optional<Timestamp> last_checkpoint{}, last_timestamp{}, clock_stopped{};
    std::uint64_t binding_holds = 0;
};
[[nodiscard]] Result<MeasuresInStore> measures_in(Transaction& transaction);

/// One for each, with "measure": "at_rest", "listener", "login", "checkpoints", "ledger",
/// "retention", "scan", "alerts", "event_log", "scrub", "limits", "legacy".
[[nodiscard]] std::vector<boost::json::object> measure_rows(const Site& site,
                                                            const policy::Policy& policy,
                                                            const MeasuresInStore& stored);

}  // namespace consign::desk
