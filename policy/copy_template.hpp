// Where a copy goes: `/partners/x/out/{date}/{name}`, over the whole tree. A value fills its place
// and no more: none holds a slash (but `{home}`, which stands at the front alone), and a segment
// that comes out as `.` or `..` is refused. So what a template makes lies below what it names
// literally.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/virtual_path.hpp"

namespace consign::policy {

enum class Placeholder : std::uint8_t { account, home, date, time, name, stem, ext, sha256 };

/// What stands for each placeholder. `name` is the deposit's; `stem` and `ext` are what stands
/// before and after its last dot (a dot at the front does not count; no dot: all of it, and
/// nothing).
using TemplateValues = std::map<Placeholder, std::string>;

class CopyTemplate {
  public:
    /// "/": not a template of the language.
    CopyTemplate() = default;

    /// The error says what is wrong, and the nearest right placeholder.
    [[nodiscard]] static std::expected<CopyTemplate, std::string> parse(std::string_view text);

    /// `values` holds every placeholder. std::errc::filename_too_long, or invalid_argument where a
    /// segment comes out empty, `.` or `..`, or a value would leave its segment.
    [[nodiscard]] Result<VirtualPath> expand(const TemplateValues& values) const;

    /// The segments before the first one that holds a placeholder, but never the last; nothing is
    /// known, and this is the root, where it starts with `{home}`.
    [[nodiscard]] VirtualPath literal_folder() const;
    /// Is literal_folder() the very folder of every copy?
    [[nodiscard]] bool has_literal_folder() const;
    [[nodiscard]] bool starts_at_home() const { return starts_at_home_; }

    /// As it was written.
    [[nodiscard]] std::string_view text() const { return text_; }

  private:
    struct Piece {
        std::string literal;  // then the placeholder, if there is one
        bool has_placeholder = false;
        Placeholder placeholder = Placeholder::name;
    };
    using Segment = std::vector<Piece>;

    [[nodiscard]] static std::expected<Segment, std::string> parse_segment(std::string_view text);

    std::string text_;
    bool starts_at_home_ = false;
    std::vector<Segment> segments_;
};

/// Fills name, stem and ext from a deposit's name.
void set_name_values(TemplateValues& values, std::string_view name);

}  // namespace consign::policy
