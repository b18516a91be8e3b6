// PDF (ISO 32000).
#pragma once

#include <optional>

#include "policy/content/content.hpp"
#include "policy/content/head.hpp"

namespace consign::policy::content {

[[nodiscard]] std::optional<Content> read_pdf(const Head& head);

}  // namespace consign::policy::content
