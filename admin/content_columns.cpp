#include "admin/content_columns.hpp"

namespace consign::admin {

std::unique_ptr<RowPrinter> make_content_printer(Format format) {
    return make_row_printer(
        format, {"stream", "due", "class", "why", "rule", "size", "depositor", "names", "kept_by"},
        {field_column("CONTENT", "stream"), time_column("DUE (UTC)", "due"),
         field_column("CLASS", "class"), field_column("WHY", "why"), field_column("RULE", "rule"),
         field_column("DEPOSITOR", "depositor"), field_column("NAMES", "names", true),
         field_column("KEPT BY", "kept_by")},
        stdout);
}

}  // namespace consign::admin
