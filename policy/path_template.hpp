// Where a file goes: `/partners/x/out/{date}/{name}`. A value fills its place and no more: none
// holds a slash (but `{home}`, which stands at the front alone), and a segment that comes out
// empty, as `.` or `..` is refused. So what a template makes lies below what it names literally.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/virtual_path.hpp"
#include "policy/content/field_name.hpp"

namespace consign::policy {

enum class Placeholder : std::uint8_t { account, home, date, time, name, stem, ext, sha256 };

/// `{capture.1}`, `{capture.site}`: a group of the route's `path_regex`.
struct Capture {
    std::string group;
    auto operator<=>(const Capture&) const = default;
};

/// What stands for each placeholder.
class TemplateValues {
  public:
    virtual ~TemplateValues() = default;
    [[nodiscard]] virtual std::string value(Placeholder placeholder) const = 0;
    /// Nothing: the file has no such field, or the path no such part.
    [[nodiscard]] virtual std::optional<std::string> value(
        const content::FieldName& field) const = 0;
    [[nodiscard]] virtual std::optional<std::string> value(const Capture& capture) const = 0;
};

/// A deposit's name in two: what stands before and after its last dot (a dot at the front does not
/// count; no dot: all of it, and nothing).
struct NameParts {
    std::string_view stem, ext;
};
[[nodiscard]] NameParts parts_of(std::string_view name);

class PathTemplate {
  public:
    /// "/": not a template of the language.
    PathTemplate() = default;

    /// The error says what is wrong, and the nearest right placeholder.
    [[nodiscard]] static std::expected<PathTemplate, std::string> parse(std::string_view text);

    /// What a file says of itself is made to fit: `/` and control characters become `_`.
    /// policy_errc, or std::errc::filename_too_long.
    [[nodiscard]] Result<VirtualPath> expand(const TemplateValues& values) const;

    /// The segments before the first one that holds a placeholder, but never the last; nothing is
    /// known, and this is the root, where it starts with `{home}`.
    [[nodiscard]] VirtualPath literal_folder() const;
    /// Is literal_folder() the very folder of every path?
    [[nodiscard]] bool has_literal_folder() const;
    [[nodiscard]] bool starts_at_home() const { return starts_at_home_; }
    /// Does it need what the file says of itself?
    [[nodiscard]] bool asks_for_content() const;
    [[nodiscard]] std::vector<Capture> captures() const;

    /// As it was written.
    [[nodiscard]] std::string_view text() const { return text_; }

  private:
    using Value = std::variant<std::monostate, Placeholder, content::FieldName, Capture>;
    struct Piece {
        std::string literal;  // then the value
        Value value;
    };
    using Segment = std::vector<Piece>;

    [[nodiscard]] static std::expected<Value, std::string> parse_placeholder(std::string_view name);
    [[nodiscard]] static std::expected<Segment, std::string> parse_segment(std::string_view text);
    template <class Visit>
    void each_value(const Visit& visit) const;

    std::string text_;
    bool starts_at_home_ = false;
    std::vector<Segment> segments_;
};

}  // namespace consign::policy
