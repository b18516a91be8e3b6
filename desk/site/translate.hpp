// Errors from below, in the desk's words. What a peer cannot help is logged with its cause, and
// told as desk_errc::storage_failed.
#pragma once

#include "desk/site/errc.hpp"
#include "desk/site/session.hpp"

namespace consign::desk {

[[nodiscard]] std::error_code told(const Session& session, std::error_code from_below);

}  // namespace consign::desk
