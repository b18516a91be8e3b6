#include "policy/language/utf8.hpp"

#include <algorithm>

namespace consign::policy {

std::size_t utf8_length(std::string_view text) {
    const auto continues = [&](std::size_t index, unsigned low = 0x80, unsigned high = 0xbf) {
        if (index >= text.size()) return false;
        const unsigned byte = static_cast<unsigned char>(text[index]);
        return byte >= low && byte <= high;
    };
    if (text.empty()) return 0;
    const unsigned lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        const bool second = continues(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf);
        return second && continues(2) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const bool second = continues(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf);
        return second && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

std::size_t character_length(std::string_view text) {
    return text.empty() ? 0 : std::max<std::size_t>(utf8_length(text), 1);
}

std::size_t find_malformed_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return std::string_view::npos;
}

}  // namespace consign::policy
