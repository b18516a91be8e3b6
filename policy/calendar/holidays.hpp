// Days on which nothing is expected.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace consign::policy {

/// `france`: the eleven of Code du travail L.3133-1; `france-alsace-moselle`: with Good Friday and
/// 26 December (L.3134-13); or a file's own days.
class Holidays {
  public:
    /// The built-in calendars' names.
    [[nodiscard]] static std::vector<std::string_view> built_in_names();
    /// Empty where there is no such calendar.
    [[nodiscard]] static std::optional<Holidays> built_in(std::string_view name);
    /// A date a line, `2027-05-01`, or every year's, `05-01`; `#` begins a comment. The error names
    /// the line.
    [[nodiscard]] static std::expected<Holidays, std::string> from_lines(std::string_view text);

    [[nodiscard]] bool contains(std::chrono::year_month_day day) const;
    bool operator==(const Holidays&) const = default;

  private:
    std::set<std::chrono::month_day> yearly_;
    std::set<std::chrono::days> after_easter_;  // Sunday is 0
    std::set<std::chrono::year_month_day> once_;
};

/// Of the Gregorian calendar.
[[nodiscard]] std::chrono::sys_days easter_sunday(std::chrono::year year);

}  // namespace consign::policy
