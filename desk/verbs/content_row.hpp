// A content and its term, as a row of an answer.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

#include "desk/site/site.hpp"

namespace consign::desk {

/// {"stream", "due", "class", "why", "rule", "size", "depositor", "names", "kept_by"}. Nothing
/// where the content is gone, or
/// doomed. What cannot be read is left empty.
[[nodiscard]] Result<std::optional<boost::json::object>> content_row(Transaction& transaction,
                                                                     catalog::FileId file,
                                                                     const terms::Term& term);

}  // namespace consign::desk
