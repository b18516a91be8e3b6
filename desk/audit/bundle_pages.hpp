// The files that are the same in every export: what each byte means, and the program that verifies
// them. They are part of the program, so that a bundle never lacks what it was made with.
#pragma once

#include <span>
#include <string_view>

namespace consign::desk {

struct BundlePage {
    std::string_view file, text;
};

/// Made of the sources when the program is built (desk/export.cmake).
[[nodiscard]] std::span<const BundlePage> bundle_pages();

}  // namespace consign::desk
