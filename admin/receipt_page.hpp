// A receipt or a certificate as a page to print: HTML that needs nothing else, in French or
// English, with a QR code by which the paper leads to the exact bytes. The page proves nothing by
// itself: the signed text does.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "admin/document.hpp"

namespace consign::admin {

/// `text`: the exact bytes of ID.json. `zone`: of tz database, for the reader's wall clock; empty:
/// times in UTC alone. Nothing where the text is no receipt.
[[nodiscard]] std::optional<std::string> receipt_page(std::string_view text, Language language,
                                                      const std::string& zone);

/// What the QR code says: a line of sha256sum(1), so that `sha256sum -c` takes it.
[[nodiscard]] std::string receipt_digest_line(std::string_view id, std::string_view text);

}  // namespace consign::admin
