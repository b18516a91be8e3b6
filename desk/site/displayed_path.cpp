#include "desk/site/displayed_path.hpp"

#include "base/bytes.hpp"

namespace consign::desk {

std::optional<VirtualPath> from_displayed(std::string_view text) {
    std::string raw;
    while (!text.empty()) {
        if (text[0] != '\\') {
            raw.push_back(text[0]);
            text.remove_prefix(1);
        } else if (text.starts_with("\\\\")) {
            raw.push_back('\\');
            text.remove_prefix(2);
        } else {
            const auto byte = text.starts_with("\\x") && text.size() >= 4
                                  ? from_hex(text.substr(2, 2))
                                  : std::nullopt;
            if (!byte) return std::nullopt;
            raw += as_text(*byte);
            text.remove_prefix(4);
        }
    }
    auto path = VirtualPath::parse(raw);
    if (!path) return std::nullopt;
    return *std::move(path);
}

}  // namespace consign::desk
