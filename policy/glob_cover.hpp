// How two globs lie to each other, for warnings of rules that can never decide.
#pragma once

#include "policy/glob.hpp"

namespace consign::policy {

/// Does one take all that the other takes? No may stand for yes: where braces of one would have to
/// be held against several of the other, or
/// `**` against a list of segments.
[[nodiscard]] bool covers(const Glob& glob, const Glob& other);
/// The same of one of the other's alternatives at least.
[[nodiscard]] bool covers_some(const Glob& glob, const Glob& other);

/// Is there a path that both may take? Yes may stand for no: their wildcards are not looked into.
[[nodiscard]] bool may_meet(const Glob& glob, const Glob& other);

}  // namespace consign::policy
