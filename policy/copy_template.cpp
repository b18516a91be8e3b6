#include "policy/copy_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policy/spelling.hpp"

namespace consign::policy {

namespace {

constexpr std::size_t template_limit_bytes = 1024;
constexpr std::string_view home_placeholder = "{home}";

// In the order of Placeholder.
constexpr std::array<std::string_view, 8> placeholder_names{"account", "home", "date", "time",
                                                            "name",    "stem", "ext",  "sha256"};

std::unexpected<std::string> wrong(std::string message) {
    return std::unexpected(std::move(message));
}

}  // namespace

std::expected<CopyTemplate::Segment, std::string> CopyTemplate::parse_segment(
    std::string_view text) {
    Segment pieces;
    while (!text.empty()) {
        Piece& piece = pieces.emplace_back();
        const std::size_t open = std::min(text.find_first_of("{}"), text.size());
        piece.literal = text.substr(0, open);
        text.remove_prefix(open);
        if (text.empty()) break;
        const std::size_t close = text.find('}');
        if (text.front() == '}' || close == std::string_view::npos)
            return wrong("a `{` or `}` without its other half");
        const std::string_view name = text.substr(1, close - 1);
        const auto known = std::ranges::find(placeholder_names, name);
        if (known == placeholder_names.end())
            return wrong(fmt::format(
                "unknown placeholder {}{} (known here: {})", cited(fmt::format("{{{}}}", name)),
                suggestion(name, placeholder_names), listed(placeholder_names)));
        piece.has_placeholder = true;
        piece.placeholder = static_cast<Placeholder>(known - placeholder_names.begin());
        if (piece.placeholder == Placeholder::home)
            return wrong("`{home}` is a whole path: it can only stand at the front");
        text.remove_prefix(close + 1);
    }
    return pieces;
}

std::expected<CopyTemplate, std::string> CopyTemplate::parse(std::string_view text) {
    if (text.size() > template_limit_bytes)
        return wrong(fmt::format("a template of more than {} bytes", template_limit_bytes));
    CopyTemplate parsed;
    parsed.text_ = text;
    std::string_view rest = text;
    if (rest.starts_with(home_placeholder)) {
        parsed.starts_at_home_ = true;
        rest.remove_prefix(home_placeholder.size());
    }
    if (!rest.starts_with('/'))
        return wrong(fmt::format("{} does not start with `/` or `{{home}}/`", cited(text)));
    if (rest.ends_with('/'))
        return wrong(
            fmt::format("{} names a folder: add the file's name, such as `{{name}}`", cited(text)));
    for (std::size_t start = 1; start <= rest.size();) {
        const std::size_t end = std::min(rest.find('/', start), rest.size());
        const std::string_view segment = rest.substr(start, end - start);
        if (segment.empty() || segment == "." || segment == "..")
            return wrong(fmt::format("{} is not a normal path: it holds `{}`", cited(text),
                                     segment.empty() ? "//" : segment));
        auto pieces = parse_segment(segment);
        if (!pieces) return wrong(pieces.error());
        parsed.segments_.push_back(std::move(*pieces));
        start = end + 1;
    }
    return parsed;
}

Result<VirtualPath> CopyTemplate::expand(const TemplateValues& values) const {
    std::string path;
    if (starts_at_home_ && values.at(Placeholder::home) != "/") path = values.at(Placeholder::home);
    for (const Segment& pieces : segments_) {
        std::string segment;
        for (const Piece& piece : pieces) {
            segment += piece.literal;
            if (piece.has_placeholder) segment += values.at(piece.placeholder);
        }
        const bool leaves_its_place = segment.empty() || segment == "." || segment == ".." ||
                                      segment.find('/') != std::string::npos;
        if (leaves_its_place) return failure(std::errc::invalid_argument);
        path.append("/").append(segment);
    }
    return VirtualPath::parse(path);
}

VirtualPath CopyTemplate::literal_folder() const {
    std::string folder = "/";
    if (starts_at_home_) return {};
    for (std::size_t index = 0; index + 1 < segments_.size(); ++index) {
        const Segment& pieces = segments_[index];
        if (std::ranges::any_of(pieces, &Piece::has_placeholder)) break;
        folder.append(pieces.front().literal).append("/");
    }
    return VirtualPath::parse(folder).value_or(VirtualPath());
}

bool CopyTemplate::has_literal_folder() const {
    return !starts_at_home_ && literal_folder().segments().size() + 1 == segments_.size();
}

void set_name_values(TemplateValues& values, std::string_view name) {
    const std::size_t dot = name.rfind('.');
    const bool has_ext = dot != std::string_view::npos && dot != 0;
    values[Placeholder::name] = name;
    values[Placeholder::stem] = has_ext ? name.substr(0, dot) : name;
    values[Placeholder::ext] = has_ext ? name.substr(dot + 1) : std::string_view();
}

}  // namespace consign::policy
