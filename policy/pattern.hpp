// The one door to RE2: regular expressions whose matching takes time in proportion to the text.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace consign::policy {

class Pattern {
  public:
    static constexpr std::size_t pattern_limit_bytes = 1024;
    static constexpr std::size_t capture_limit = 16;
    static constexpr std::size_t memory_limit_bytes = std::size_t{1} << 20;

    /// RE2's syntax, over bytes. Matches the whole text. The error says what is wrong.
    [[nodiscard]] static std::expected<Pattern, std::string> parse(std::string_view text,
                                                                   bool ignore_case = false);

    [[nodiscard]] bool matches(std::string_view text) const;
    /// Index 0 is the whole; a group that took no part is empty. Nothing where it does not match.
    [[nodiscard]] std::vector<std::string> captures(std::string_view text) const;
    /// The index of a group, by its number ("1") or its name.
    [[nodiscard]] std::optional<std::size_t> capture_named(std::string_view name) const;
    /// As it was written.
    [[nodiscard]] std::string_view text() const { return text_; }

  private:
    [[nodiscard]] std::size_t groups() const;

    std::string text_;
    std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace consign::policy
