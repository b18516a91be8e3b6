// A glob, as the policy language has it. `*` is any run of characters and `?` one of them, within a
// segment; `**`, alone between slashes, is zero or more segments, so that `/out/**` includes
// `/out`;
// `{a,b}` is either, and may nest, and hold slashes. Everything else, `[` and `\` too, is itself.
// `?` is one UTF-8 character; where the bytes are not UTF-8 (legacy clients' names), one byte.
//
// Matching takes time in proportion to the pattern times the path, both of which have limits:
// there is no pattern that makes it run away.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/virtual_path.hpp"

namespace consign::policy {

class Glob {
  public:
    static constexpr std::size_t pattern_limit_bytes = 1024;
    static constexpr std::size_t alternative_limit = 64;  // after `{a,b}{c,d}` is written out
    static constexpr std::size_t brace_depth_limit = 8;

    /// Matches nothing.
    Glob() = default;

    /// Of paths: starts with `/`. The error says what is wrong with the pattern. `ignore_case`
    /// folds the letters of ASCII, and no others.
    [[nodiscard]] static std::expected<Glob, std::string> path(std::string_view pattern,
                                                               bool ignore_case = false);
    /// Of names, which are one segment: no `/`, no `**`.
    [[nodiscard]] static std::expected<Glob, std::string> name(std::string_view pattern,
                                                               bool ignore_case = false);

    [[nodiscard]] bool matches(const VirtualPath& path) const { return matches(path.segments()); }
    /// The path's segments, worked out once by who asks many globs.
    [[nodiscard]] bool matches(std::span<const std::string_view> segments) const;
    /// For a glob of names.
    [[nodiscard]] bool matches_name(std::string_view name) const;

    /// Is there a path below `folder` that matches?
    [[nodiscard]] bool leads_on_from(const VirtualPath& folder) const;
    /// Does every path below `folder` match? (No may stand for yes, but for `**` at the end.)
    [[nodiscard]] bool covers_below(const VirtualPath& folder) const;

    /// For each alternative, its leading segments without wildcards: `/in` of `/in/**`. Where no
    /// segment has a wildcard, all of them.
    [[nodiscard]] std::vector<VirtualPath> literal_parts() const;
    /// Has it no wildcard at all?
    [[nodiscard]] bool is_literal() const;

    [[nodiscard]] bool is_same_as(const Glob& other) const {
        return ignore_case_ == other.ignore_case_ && text_ == other.text_;
    }
    /// As it was written.
    [[nodiscard]] std::string_view text() const { return text_; }

    /// What it stands for, braces written out: each a list of segments, of which any may be `**`.
    using Segments = std::vector<std::string>;
    [[nodiscard]] const std::vector<Segments>& alternatives() const { return alternatives_; }
    [[nodiscard]] bool ignores_case() const { return ignore_case_; }

  private:
    class Walk;

    std::string text_;
    bool ignore_case_ = false;
    std::vector<Segments> alternatives_;
};

}  // namespace consign::policy
