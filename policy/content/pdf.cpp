#include "policy/content/pdf.hpp"

#include <algorithm>

#include "policy/content/text_pieces.hpp"

namespace consign::policy::content {

namespace {

constexpr std::size_t header_within_bytes = 1024;  // as readers of PDF have it
constexpr std::string_view header = "%PDF-";

}  // namespace

std::optional<Content> read_pdf(const Head& head) {
    const std::string_view text =
        as_text(head.bytes.first(std::min(header_within_bytes, head.bytes.size())));
    const std::size_t at = text.find(header);
    if (at == std::string_view::npos) return std::nullopt;
    const std::size_t version = at + header.size();
    if (version >= text.size() || !is_digit(text[version])) return std::nullopt;
    return Content{.format = Format::pdf};
}

}  // namespace consign::policy::content
