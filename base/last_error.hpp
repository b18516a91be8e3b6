// What the system call that failed just now said.
#pragma once

#include <cerrno>

#include "base/result.hpp"

namespace consign {

/// From errno: before anything else is called.
[[nodiscard]] inline std::unexpected<std::error_code> last_error() {
    return failure(std::error_code(errno, std::generic_category()));
}

}  // namespace consign
