// Two files that would get one name are told apart by number.
#pragma once

#include "base/virtual_path.hpp"

namespace consign::desk {

/// How many are tried.
inline constexpr int clash_numbers_limit = 1000;

/// "report.hl7" becomes "report_2.hl7"; 1 is the name itself. std::errc::filename_too_long.
[[nodiscard]] Result<VirtualPath> numbered(const VirtualPath& path, int number);

}  // namespace consign::desk
