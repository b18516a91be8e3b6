// The one table from the desk's errors to SFTP status codes.
#pragma once

#include <system_error>

#include "protocols/sftp/status.hpp"

namespace consign::sftp {

[[nodiscard]] Status status_of(std::error_code error);

}  // namespace consign::sftp
