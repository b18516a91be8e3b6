// RFC 4180, exactly.
#pragma once

#include <span>
#include <string>

namespace consign::admin {

/// One record, with its CRLF. A field is quoted where it holds a quote, a comma or a line break.
[[nodiscard]] std::string csv_record(std::span<const std::string> fields);

}  // namespace consign::admin
