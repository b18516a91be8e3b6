// A path in the tree that peers see: absolute, normalised once, at the door. It is never a path of
// the operating system.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace consign {

class VirtualPath {
  public:
    static constexpr std::size_t name_limit_bytes = 255;
    static constexpr std::size_t path_limit_bytes = 1024;
    static constexpr std::size_t depth_limit = 64;

    /// "/".
    VirtualPath() = default;

    /// Reads what a peer wrote, relative to `from`. Empty segments and "." vanish; ".." climbs, and
    /// stays at the top. Bytes need not be UTF-8: legacy clients' names are kept as they came.
    /// std::errc::invalid_argument: a NUL or another control byte (also DEL);
    /// std::errc::filename_too_long: a name, the whole, or the depth is past its limit.
    [[nodiscard]] static Result<VirtualPath> parse(std::string_view raw,
                                                   const VirtualPath& from = VirtualPath());

    [[nodiscard]] bool is_root() const { return text_.empty(); }
    /// "/" or "/a/b".
    [[nodiscard]] std::string_view text() const {
        return text_.empty() ? std::string_view("/") : text_;
    }
    /// The last segment; empty for the root.
    [[nodiscard]] std::string_view name() const;
    /// The root's parent is the root.
    [[nodiscard]] VirtualPath parent() const;
    /// Views into this path; valid as long as it is.
    [[nodiscard]] std::vector<std::string_view> segments() const;
    /// This path, then all of `below`: how an account's path becomes one of the whole tree.
    [[nodiscard]] Result<VirtualPath> joined(const VirtualPath& below) const;
    /// True for the path itself and everything below it.
    [[nodiscard]] bool contains(const VirtualPath& other) const;
    /// What is left of `other` below this path; call only where contains(other).
    [[nodiscard]] VirtualPath relative(const VirtualPath& other) const;
    /// For people and JSON: valid UTF-8; every other byte, and each of a control character, stands
    /// as \xHH, and a backslash as \\, so that the bytes can be had back.
    [[nodiscard]] std::string display() const;

    auto operator<=>(const VirtualPath&) const = default;

  private:
    std::string text_;  // "" for the root, else "/a/b"
};

/// See VirtualPath::display.
[[nodiscard]] std::string display_name(std::string_view raw);
/// The same, with the control characters U+0080 to U+009F as they are: what is signed has them so.
[[nodiscard]] std::string display_keeping_c1(std::string_view raw);

}  // namespace consign
