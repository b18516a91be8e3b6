// Character sets of old messages: bytes to UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace consign::policy::content {

enum class Charset : std::uint8_t { utf_8, windows_1252, iso_8859_15, cp850, utf_16_le, utf_16_be };

/// What a byte order mark says; nothing where there is none.
[[nodiscard]] std::optional<Charset> charset_of_mark(ByteView bytes);

/// What the mark says; else UTF-8 where all is well-formed (a character that is cut off at the end
/// is), else Windows-1252, which is Latin-1 and more.
[[nodiscard]] Charset guess_charset(ByteView bytes);

/// DOS text in French has its accents where Windows-1252 has controls and rare signs. Only for
/// bytes that are not UTF-8.
[[nodiscard]] bool looks_like_cp850(ByteView bytes);

/// Well-formed UTF-8, without the mark. What the set does not have, and a character that is cut
/// off, is left out.
[[nodiscard]] std::string to_utf8(ByteView bytes, Charset charset);

/// Without control characters, C0 and C1.
[[nodiscard]] std::string printable(std::string_view utf8);

void append_utf8(std::string& out, char32_t character);

}  // namespace consign::policy::content
