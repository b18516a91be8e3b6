// Targets: where data may go.
#include <fmt/format.h>

#include "policy/check.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy {

void check_targets(const Checking& checking) {
    const std::string& residency = checking.draft.policy.residency;
    if (residency.empty()) return;
    for (const auto& [name, draft] : checking.draft.targets) {
        const Target& target = draft.target;
        if (target.residency.empty())
            checking.warning(draft.at, fmt::format("the data stands in {}, and {} does not say "
                                                   "where it stands: write its `residency`",
                                                   cited(residency), cited(name)));
        else if (target.residency != residency)
            checking.error({draft.at.file, draft.residency_place},
                           fmt::format("the data stands in {}, and may not go to {}",
                                       cited(residency), cited(target.residency)));
    }
}

}  // namespace consign::policy
