// Replies (RFC 959 section 4.2; RFC 2389 and 3659 for those of several lines). A text never ends
// its line early: CR, LF and NUL in it become '?', and 0xFF is doubled, as Telnet asks.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace consign::ftps {

/// "226 text\r\n"
[[nodiscard]] std::string reply(int code, std::string_view text);

/// "211-first\r\n", each of the lines behind one space, and "211 last\r\n".
[[nodiscard]] std::string reply_lines(int code, std::string_view first,
                                      std::span<const std::string> lines, std::string_view last);

/// The text as a line of a reply may hold it; the replies above see to that themselves.
[[nodiscard]] std::string telnet_text(std::string_view text);

/// A path in quotes, its own quotes doubled, as 257 has it (RFC 959 appendix II).
[[nodiscard]] std::string quoted_path(std::string_view path);

}  // namespace consign::ftps
