// XML 1.0: the name and the namespace of the root.
#pragma once

#include <optional>

#include "policy/content/content.hpp"
#include "policy/content/head.hpp"

namespace consign::policy::content {

[[nodiscard]] std::optional<Content> read_xml(const Head& head);

}  // namespace consign::policy::content
