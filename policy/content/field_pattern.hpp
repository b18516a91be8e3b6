// What a route asks of a field's value.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace consign::policy::content {

/// `ORU^R01`: each component that it gives must be equal, and what follows is free, so it matches
/// `ORU^R01^ORU_R01`; an empty component asks for nothing. Within a component `*` is any run of
/// characters and `?` one of them; everything else is itself. Of a field that repeats, one
/// repetition is enough.
class FieldPattern {
  public:
    static constexpr std::size_t pattern_limit_bytes = 256;

    /// Matches nothing.
    FieldPattern() = default;
    /// `ignore_case`: of ASCII letters. The error says what is wrong.
    [[nodiscard]] static std::expected<FieldPattern, std::string> parse(std::string_view text,
                                                                        bool ignore_case = false);
    /// `value`: as Content::value gives it. Time in proportion to pattern times value.
    [[nodiscard]] bool matches(std::string_view value) const;
    [[nodiscard]] std::string_view text() const { return text_; }

  private:
    [[nodiscard]] bool matches_repetition(std::string_view value) const;

    std::string text_;
    std::vector<std::string> components_;
    bool is_plain_ = false;  // no wildcard, and case counts
    bool ignore_case_ = false;
};

}  // namespace consign::policy::content
