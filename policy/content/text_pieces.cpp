#include "policy/content/text_pieces.hpp"

namespace consign::policy::content {

namespace {

bool is_blank(char byte) {
    return static_cast<unsigned char>(byte) <= ' ' || byte == '\x7f';
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char delimiter) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(delimiter);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string_view part(std::string_view text, char delimiter, std::size_t number) {
    for (; number > 1; --number) {
        const std::size_t end = text.find(delimiter);
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find(delimiter));
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

Lines lines_of(std::string_view text, std::size_t limit) {
    Lines lines;
    while (lines.ended.size() < limit) {
        const std::size_t end = text.find_first_of("\r\n");
        if (end == std::string_view::npos) break;
        lines.ended.push_back(text.substr(0, end));
        text.remove_prefix(text.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
    lines.rest = text;
    return lines;
}

}  // namespace consign::policy::content
