#include "policy/path_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policy/errc.hpp"
#include "policy/language/spelling.hpp"

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

/// What a file says of itself may hold anything.
std::optional<std::string> fitted(std::optional<std::string> value) {
    if (value)
        std::ranges::replace_if(
            *value,
            [](char byte) {
                const auto code = static_cast<unsigned char>(byte);
                return code < 0x20 || code == 0x7f || byte == '/';
            },
            '_');
    return value;
}

}  // namespace

std::expected<PathTemplate::Value, std::string> PathTemplate::parse_placeholder(
    std::string_view name) {
    const auto known = std::ranges::find(placeholder_names, name);
    if (known != placeholder_names.end()) {
        const auto placeholder = static_cast<Placeholder>(known - placeholder_names.begin());
        if (placeholder == Placeholder::home)
            return wrong("`{home}` is a whole path: it can only stand at the front");
        return placeholder;
    }
    const std::size_t dot = name.find('.');
    if (dot != std::string_view::npos) {
        const std::string_view of = name.substr(0, dot);
        const std::string_view what = name.substr(dot + 1);
        if (of == "capture" && !what.empty()) return Capture{std::string(what)};
        for (const content::Dictionary dictionary : content::dictionaries) {
            if (of != name_of(dictionary)) continue;
            auto field = content::FieldName::parse(dictionary, what);
            if (!field) return wrong(field.error());
            return *std::move(field);
        }
    }
    return wrong(
        fmt::format("unknown placeholder {}{} (known here: {}, and fields such as `hl7.MSH-10` and "
                    "`capture.1`)",
                    cited(fmt::format("{{{}}}", name)), suggestion(name, placeholder_names),
                    listed(placeholder_names)));
}

std::expected<PathTemplate::Segment, std::string> PathTemplate::parse_segment(
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
        auto value = parse_placeholder(text.substr(1, close - 1));
        if (!value) return wrong(value.error());
        piece.value = *std::move(value);
        text.remove_prefix(close + 1);
    }
    return pieces;
}

std::expected<PathTemplate, std::string> PathTemplate::parse(std::string_view text) {
    if (text.size() > template_limit_bytes)
        return wrong(fmt::format("a template of more than {} bytes", template_limit_bytes));
    PathTemplate parsed;
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

Result<VirtualPath> PathTemplate::expand(const TemplateValues& values) const {
    struct Valued {
        const TemplateValues& values;
        std::optional<std::string> operator()(std::monostate) const { return std::string(); }
        std::optional<std::string> operator()(Placeholder placeholder) const {
            return values.value(placeholder);
        }
        std::optional<std::string> operator()(const content::FieldName& field) const {
            return fitted(values.value(field));
        }
        std::optional<std::string> operator()(const Capture& capture) const {
            return fitted(values.value(capture));
        }
    };
    std::string path;
    if (starts_at_home_)
        if (const std::string home = values.value(Placeholder::home); home != "/") path = home;
    for (const Segment& pieces : segments_) {
        std::string segment;
        for (const Piece& piece : pieces) {
            const auto value = std::visit(Valued{values}, piece.value);
            if (!value) return failure(policy_errc::value_missing);
            segment.append(piece.literal).append(*value);
        }
        const bool leaves_its_place = segment.empty() || segment == "." || segment == ".." ||
                                      segment.find('/') != std::string::npos;
        if (leaves_its_place) return failure(policy_errc::segment_unfit);
        path.append("/").append(segment);
    }
    return VirtualPath::parse(path);
}

template <class Visit>
void PathTemplate::each_value(const Visit& visit) const {
    for (const Segment& pieces : segments_)
        for (const Piece& piece : pieces) visit(piece.value);
}

bool PathTemplate::asks_for_content() const {
    bool asks = false;
    each_value([&](const Value& value) {
        asks = asks || std::holds_alternative<content::FieldName>(value);
    });
    return asks;
}

std::vector<Capture> PathTemplate::captures() const {
    std::vector<Capture> all;
    each_value([&](const Value& value) {
        if (const auto* capture = std::get_if<Capture>(&value)) all.push_back(*capture);
    });
    return all;
}

VirtualPath PathTemplate::literal_folder() const {
    std::string folder = "/";
    if (starts_at_home_) return {};
    for (std::size_t index = 0; index + 1 < segments_.size(); ++index) {
        const Segment& pieces = segments_[index];
        if (std::ranges::any_of(pieces, [](const Piece& piece) {
                return !std::holds_alternative<std::monostate>(piece.value);
            }))
            break;
        folder.append(pieces.front().literal).append("/");
    }
    return VirtualPath::parse(folder).value_or(VirtualPath());
}

bool PathTemplate::has_literal_folder() const {
    return !starts_at_home_ && literal_folder().segments().size() + 1 == segments_.size();
}

NameParts parts_of(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return {name, {}};
    return {name.substr(0, dot), name.substr(dot + 1)};
}

}  // namespace consign::policy
