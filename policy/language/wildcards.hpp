// `*` is any run of characters and `?` one of them; everything else is itself. `?` is one UTF-8
// character; where the bytes are not UTF-8, one byte.
#pragma once

#include <string_view>

namespace consign::policy {

/// A letter of ASCII in small; every other byte as it is.
[[nodiscard]] constexpr char lowered(char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

/// The whole text. `ignore_case`: of ASCII letters. Time in proportion to pattern times text.
[[nodiscard]] bool matches_wildcards(std::string_view pattern, std::string_view text,
                                     bool ignore_case);

}  // namespace consign::policy
