// Names as an old client writes them: in the charset that its account's `filename_charset` says,
// where the tree has UTF-8. Both ways, and no two names of the tree look alike: what the charset
// cannot write is shown byte by byte, as %xHH, and a name with that in it means those bytes.
#pragma once

#include <string>
#include <string_view>

#include "policy/policy.hpp"

namespace consign::desk {

/// A byte that stands for no sign in the charset stays as it is.
[[nodiscard]] std::string from_wire(policy::FilenameCharset charset, std::string_view name);
/// from_wire makes the same name of it again.
[[nodiscard]] std::string to_wire(policy::FilenameCharset charset, std::string_view name);

}  // namespace consign::desk
