// What the terms of content follow from in a policy, as one value: where it is the same, no term
// has to be worked out again.
#pragma once

#include "base/bytes.hpp"
#include "policy/policy.hpp"

namespace consign::policy {

/// Of the zone, and of each class its name, its terms, and where it stands (which certificates
/// tell).
[[nodiscard]] Digest32 terms_digest(const Policy& policy);

}  // namespace consign::policy
