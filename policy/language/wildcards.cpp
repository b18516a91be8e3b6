#include "policy/language/wildcards.hpp"

#include <optional>

#include "policy/language/utf8.hpp"

namespace consign::policy {

/// A `*` first takes nothing, and one character more each time what follows fails; only the last
/// `*` is ever reconsidered, which is enough, and keeps it bounded.
bool matches_wildcards(std::string_view pattern, std::string_view text, bool ignore_case) {
    std::size_t at = 0;
    std::size_t text_at = 0;
    std::optional<std::size_t> star;
    std::size_t star_text_at = 0;
    while (text_at < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            star_text_at = text_at;
        } else if (at < pattern.size() && pattern[at] == '?') {
            ++at;
            text_at += character_length(text.substr(text_at));
        } else if (at < pattern.size() &&
                   (pattern[at] == text[text_at] ||
                    (ignore_case && lowered(pattern[at]) == lowered(text[text_at])))) {
            ++at;
            ++text_at;
        } else if (star) {
            at = *star + 1;
            star_text_at += character_length(text.substr(star_text_at));
            text_at = star_text_at;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace consign::policy
