// A door in a child of this process, which may become somebody else there.
#pragma once

#include <functional>

#include "admin/door.hpp"

namespace consign::admin {

using OpenDoor = std::function<Outcome<std::unique_ptr<Door>>()>;

/// Calls `open` in a child, and asks it there; its Failure is returned here. The child ends, and
/// has let go of the store, with the door that is returned, or with this process. No thread may run
/// yet.
[[nodiscard]] Outcome<std::unique_ptr<Door>> open_in_child(const OpenDoor& open);

}  // namespace consign::admin
