// HPRIM Santé 2.x: segments H, P, OBR, OBX, L, with delimiters that the H segment names.
#pragma once

#include <optional>

#include "policy/content/content.hpp"
#include "policy/content/head.hpp"

namespace consign::policy::content {

[[nodiscard]] std::optional<Content> read_hprim_sante(const Head& head);

}  // namespace consign::policy::content
