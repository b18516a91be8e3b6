// What a reload cannot do: the parts of consign.yaml that count from the daemon's next start on.
#pragma once

#include <string_view>
#include <vector>

#include "policy/policy.hpp"

namespace consign::desk {

/// The keys of consign.yaml that say something else than those that the daemon runs on; in the
/// order of the file. Static texts.
[[nodiscard]] std::vector<std::string_view> restart_needed(const policy::Policy& started_with,
                                                           const policy::Policy& next);

}  // namespace consign::desk
