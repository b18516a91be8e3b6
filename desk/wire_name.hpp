// Names as an old client writes them: in the charset that its account's `filename_charset` says,
// where the tree has UTF-8. Both ways; a name that the other charset cannot write stays as it is.
#pragma once

#include <string>
#include <string_view>

#include "policy/policy.hpp"

namespace consign::desk {

[[nodiscard]] std::string from_wire(policy::FilenameCharset charset, std::string_view name);
[[nodiscard]] std::string to_wire(policy::FilenameCharset charset, std::string_view name);

}  // namespace consign::desk
