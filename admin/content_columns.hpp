// How contents and their terms are shown.
#pragma once

#include "admin/row_printer.hpp"

namespace consign::admin {

/// To standard output.
[[nodiscard]] std::unique_ptr<RowPrinter> make_content_printer(Format format);

}  // namespace consign::admin
