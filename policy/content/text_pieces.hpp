// Views of a text's pieces: its lines, its parts between delimiters.
#pragma once

#include <string_view>
#include <vector>

namespace consign::policy::content {

/// All parts, empty ones too; at least one.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char delimiter);
/// Part `number`, counting from 1; empty where there is none.
[[nodiscard]] std::string_view part(std::string_view text, char delimiter, std::size_t number);

/// Without blanks and control bytes at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Line ends are CR, LF and CRLF, mixed too.
struct Lines {
    std::vector<std::string_view> ended;  // those with a line end
    std::string_view rest;                // after the last line end
};
/// `limit`: of ended lines; what follows them is the rest.
[[nodiscard]] Lines lines_of(std::string_view text, std::size_t limit = std::string_view::npos);

[[nodiscard]] constexpr bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}
/// Of ASCII.
[[nodiscard]] constexpr bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

}  // namespace consign::policy::content
