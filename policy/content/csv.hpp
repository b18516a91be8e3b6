// Tables of text: a line of column names, and records that have as many columns.
#pragma once

#include <optional>

#include "policy/content/content.hpp"
#include "policy/content/head.hpp"

namespace consign::policy::content {

[[nodiscard]] std::optional<Content> read_csv(const Head& head);

}  // namespace consign::policy::content
