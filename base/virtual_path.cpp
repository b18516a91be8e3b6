#include "base/virtual_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace consign {

namespace {

bool is_control(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return value < 0x20 || value == 0x7f;
}

/// Length of the well-formed UTF-8 sequence at the front (Unicode table 3-7), or 0.
std::size_t utf8_length(std::string_view text) {
    const auto at = [&](std::size_t index) -> unsigned {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0;
    };
    const auto continues = [&](std::size_t index, unsigned low = 0x80, unsigned high = 0xbf) {
        return at(index) >= low && at(index) <= high;
    };
    const unsigned lead = at(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef)
        return continues(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && continues(2)
                   ? 3
                   : 0;
    if (lead >= 0xf0 && lead <= 0xf4)
        return continues(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) &&
                       continues(2) && continues(3)
                   ? 4
                   : 0;
    return 0;
}

/// U+0080 to U+009F, which a terminal may obey as it does the older ones.
bool is_c1_control(std::string_view sequence) {
    return sequence.size() == 2 && sequence[0] == '\xc2' && sequence[1] < '\xa0';
}

enum class C1 : std::uint8_t { escaped, kept };

/// Length of the character at the front that people may see as it is, or 0.
std::size_t printable_length(std::string_view text, C1 c1) {
    const std::size_t length = utf8_length(text);
    const bool is_shown = length > 1 ? c1 == C1::kept || !is_c1_control(text.substr(0, length))
                                     : !is_control(text[0]);
    return is_shown ? length : 0;
}

std::string displayed(std::string_view raw, C1 c1) {
    std::string shown;
    while (!raw.empty()) {
        const std::size_t length = printable_length(raw, c1);
        if (raw[0] == '\\')
            shown += "\\\\";
        else if (length > 0)
            shown += raw.substr(0, length);
        else
            shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(raw[0]));
        raw.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return shown;
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> segments;
    for (const auto part : text | std::views::split('/'))
        if (!part.empty()) segments.emplace_back(part.begin(), part.end());
    return segments;
}

}  // namespace

Result<VirtualPath> VirtualPath::parse(std::string_view raw, const VirtualPath& from) {
    // The raw text is bounded first: "a/../" may be repeated for as long as a packet allows.
    if (raw.size() > 4 * path_limit_bytes) return failure(std::errc::filename_too_long);
    if (std::ranges::any_of(raw, is_control)) return failure(std::errc::invalid_argument);
    VirtualPath path;
    if (!raw.starts_with('/')) path = from;
    for (const std::string_view segment : split(raw)) {
        if (segment == ".") continue;
        if (segment == "..") {
            path = path.parent();
            continue;
        }
        if (segment.size() > name_limit_bytes) return failure(std::errc::filename_too_long);
        path.text_.append("/").append(segment);
    }
    if (path.text_.size() > path_limit_bytes ||
        std::ranges::count(path.text_, '/') > std::ptrdiff_t{depth_limit})
        return failure(std::errc::filename_too_long);
    return path;
}

std::string_view VirtualPath::name() const {
    return text_.empty() ? std::string_view()
                         : std::string_view(text_).substr(text_.rfind('/') + 1);
}

VirtualPath VirtualPath::parent() const {
    VirtualPath path;
    if (!text_.empty()) path.text_ = text_.substr(0, text_.rfind('/'));
    return path;
}

std::vector<std::string_view> VirtualPath::segments() const {
    return split(text_);
}

Result<VirtualPath> VirtualPath::joined(const VirtualPath& below) const {
    VirtualPath path;
    path.text_ = text_ + below.text_;
    if (path.text_.size() > path_limit_bytes ||
        std::ranges::count(path.text_, '/') > std::ptrdiff_t{depth_limit})
        return failure(std::errc::filename_too_long);
    return path;
}

bool VirtualPath::contains(const VirtualPath& other) const {
    return other.text_.starts_with(text_) &&
           (other.text_.size() == text_.size() || other.text_[text_.size()] == '/');
}

VirtualPath VirtualPath::relative(const VirtualPath& other) const {
    VirtualPath path;
    path.text_ = other.text_.substr(text_.size());
    return path;
}

std::string VirtualPath::display() const {
    return display_name(text());
}

std::string display_name(std::string_view raw) {
    return displayed(raw, C1::escaped);
}

std::string display_keeping_c1(std::string_view raw) {
    return displayed(raw, C1::kept);
}

}  // namespace consign
