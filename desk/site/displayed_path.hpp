// The way back from what people read to what is stored: VirtualPath::display, reversed.
#pragma once

#include <optional>
#include <string_view>

#include "base/virtual_path.hpp"

namespace consign::desk {

/// The path that is shown as `text`: \xHH is one byte, \\ a backslash, and everything else itself.
/// Nothing where a backslash begins neither, or VirtualPath::parse refuses what comes out.
[[nodiscard]] std::optional<VirtualPath> from_displayed(std::string_view text);

}  // namespace consign::desk
