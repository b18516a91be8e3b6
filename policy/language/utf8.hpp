// Well-formed UTF-8, as the Unicode standard's table 3-7 has it: no surrogates, no overlong forms.
#pragma once

#include <cstddef>
#include <string_view>

namespace consign::policy {

/// Bytes of the character at the front of `text`; 0 where there is none or it is malformed.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

/// Bytes of the character at the front of `text`, where a malformed byte counts as one; 0 at the
/// end.
[[nodiscard]] std::size_t character_length(std::string_view text);

/// Where the first malformed byte stands; npos where all is well-formed.
[[nodiscard]] std::size_t find_malformed_utf8(std::string_view text);

}  // namespace consign::policy
