// HPRIM Médecin 3.0: a header of twelve lines, then text.
#pragma once

#include <optional>

#include "policy/content/content.hpp"
#include "policy/content/head.hpp"

namespace consign::policy::content {

[[nodiscard]] std::optional<Content> read_hprim_medecin(const Head& head);

}  // namespace consign::policy::content
