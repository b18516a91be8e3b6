// Removing a name that may be gone already: whoever repeats what a crash cut short finds it so.
#pragma once

#include "base/disk.hpp"

namespace consign::vault {

/// Succeeds where there is none.
[[nodiscard]] inline Result<> remove_name(Disk& disk, const Disk::Path& path) {
    auto done = disk.remove(path);
    if (!done && done.error() == std::errc::no_such_file_or_directory) return {};
    return done;
}

}  // namespace consign::vault
