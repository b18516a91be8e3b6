// Why a decision makes no path.
#pragma once

#include <system_error>

namespace consign::policy {

enum class policy_errc {
    value_missing = 1,  // the file has no such field, or the path no such part
    segment_unfit,      // a part of the path would be empty, `.` or `..`, or hold a slash
};

[[nodiscard]] std::error_code make_error_code(policy_errc code);

}  // namespace consign::policy

template <>
struct std::is_error_code_enum<consign::policy::policy_errc> : std::true_type {};
