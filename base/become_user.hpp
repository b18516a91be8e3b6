// Whose process this is from now on.
#pragma once

#include <sys/types.h>

#include "base/result.hpp"

namespace consign {

/// Root takes on a user, in this group and those that the host has him in, for good; also one whom
/// the host has no name for. No core dump shows this process from then on. errno's std::errc.
[[nodiscard]] Result<> become_user(uid_t user, gid_t group);

}  // namespace consign
