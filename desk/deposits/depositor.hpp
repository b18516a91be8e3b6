// Who brought a file, as the policy's decisions see it.
#pragma once

#include <string_view>

#include "policy/policy.hpp"

namespace consign::desk {

/// An account; or, for what is pulled, one without a group or claims, whose home is the whole tree.
/// Null where the policy knows no such account.
[[nodiscard]] const policy::Account* depositor_in(const policy::Policy& policy,
                                                  std::string_view id);

}  // namespace consign::desk
