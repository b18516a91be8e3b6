// A local folder that somebody else looks into, such as an interface engine: files are written
// under a hidden name, synced, renamed, and never through a symbolic link.
#pragma once

#include <filesystem>

#include "daemon/workers/delivery/far_end.hpp"

namespace consign::delivery {

/// delivery_errc::unreachable where there is no such folder.
[[nodiscard]] Result<std::unique_ptr<FarEnd>> open_folder(const std::filesystem::path& folder,
                                                          Stop& stop, Pace& pace);

}  // namespace consign::delivery
