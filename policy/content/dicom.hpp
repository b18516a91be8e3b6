// DICOM (PS3.5, PS3.10): files, and data sets without the file header.
#pragma once

#include <optional>

#include "policy/content/content.hpp"
#include "policy/content/head.hpp"

namespace consign::policy::content {

[[nodiscard]] std::optional<Content> read_dicom(const Head& head);

}  // namespace consign::policy::content
