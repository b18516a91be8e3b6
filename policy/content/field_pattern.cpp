#include "policy/content/field_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/content/text_pieces.hpp"
#include "policy/language/spelling.hpp"
#include "policy/language/utf8.hpp"
#include "policy/language/wildcards.hpp"

namespace consign::policy::content {

namespace {

bool is_control(char byte) {
    return static_cast<unsigned char>(byte) < ' ' || byte == '\x7f';
}

}  // namespace

std::expected<FieldPattern, std::string> FieldPattern::parse(std::string_view text,
                                                             bool ignore_case) {
    if (text.size() > pattern_limit_bytes)
        return std::unexpected(
            fmt::format("{} is longer than {} bytes", cited(text), pattern_limit_bytes));
    if (find_malformed_utf8(text) != std::string_view::npos ||
        std::ranges::any_of(text, is_control))
        return std::unexpected(fmt::format("{} holds bytes that no value has", cited(text)));
    if (text.find_first_not_of('^') == std::string_view::npos)
        return std::unexpected(
            fmt::format("{} asks for nothing: write a value, or `*`", cited(text)));
    FieldPattern pattern;
    pattern.text_ = text;
    pattern.ignore_case_ = ignore_case;
    pattern.is_plain_ = !ignore_case && text.find_first_of("*?") == std::string_view::npos;
    for (const std::string_view component : split(text, '^'))
        pattern.components_.emplace_back(component);
    return pattern;
}

bool FieldPattern::matches_repetition(std::string_view value) const {
    if (components_.empty()) return false;
    for (const std::string& component : components_) {
        const std::string_view given = value.substr(0, value.find('^'));
        value.remove_prefix(std::min(value.size(), given.size() + 1));
        if (component.empty()) continue;
        if (!(is_plain_ ? component == given : matches_wildcards(component, given, ignore_case_)))
            return false;
    }
    return true;
}

bool FieldPattern::matches(std::string_view value) const {
    // The whole first: the delimiters of MSH-2, and values of other formats, hold a `~` that is
    // none.
    if (matches_repetition(value)) return true;
    if (!value.contains('~')) return false;
    return std::ranges::any_of(split(value, '~'),
                               [&](std::string_view each) { return matches_repetition(each); });
}

}  // namespace consign::policy::content
