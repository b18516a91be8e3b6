// HL7 v2 in its classic encoding (v2.8.2 chapter 2.6): messages, and batches of them.
#pragma once

#include <optional>

#include "policy/content/content.hpp"
#include "policy/content/head.hpp"

namespace consign::policy::content {

[[nodiscard]] std::optional<Content> read_hl7(const Head& head);

}  // namespace consign::policy::content
