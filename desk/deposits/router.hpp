// The account as which deposits are routed.
#pragma once

#include "base/log.hpp"

namespace consign::desk {

inline constexpr Literal router_account = "system:router";

}  // namespace consign::desk
