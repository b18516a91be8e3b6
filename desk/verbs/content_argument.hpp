// A content, as an administrator names it: by its id (32 hexadecimal digits), also where it has no
// name any more, or by a path as `files ls` shows it.
#pragma once

#include <optional>
#include <string>

#include "desk/site/site.hpp"

namespace consign::desk {

struct NamedContent {
    catalog::FileId file = 0;
    Id stream;
    bool is_doomed = false;  // its term is over, and it is being destroyed
};

/// Nothing where there is none.
[[nodiscard]] Result<std::optional<NamedContent>> content_named(Transaction& transaction,
                                                                std::string_view text);
/// For who asked.
[[nodiscard]] std::string no_such_content(std::string_view text);

}  // namespace consign::desk
