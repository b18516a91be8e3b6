#include "policy/calendar/holidays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month_day;
using std::chrono::year;
using std::chrono::year_month_day;
using namespace std::chrono_literals;

constexpr std::string_view france = "france";
constexpr std::string_view alsace_moselle = "france-alsace-moselle";

constexpr days good_friday{-2}, easter_monday{1}, ascension{39}, whit_monday{50};

/// Decimal digits alone, `width` of them.
std::optional<unsigned> number(std::string_view text, std::size_t width) {
    unsigned value = 0;
    const char* const end = text.data() + text.size();
    const auto [parsed, error] = std::from_chars(text.data(), end, value);
    if (text.size() != width || error != std::errc{} || parsed != end) return std::nullopt;
    return value;
}

std::optional<month_day> parse_month_day(std::string_view text) {
    if (text.size() != 5 || text[2] != '-') return std::nullopt;
    const auto in_year = number(text.substr(0, 2), 2);
    const auto in_month = number(text.substr(3), 2);
    if (!in_year || !in_month) return std::nullopt;
    const month_day date = std::chrono::month(*in_year) / day(*in_month);
    return date.ok() ? std::optional(date) : std::nullopt;
}

std::optional<year_month_day> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-') return std::nullopt;
    const auto in_era = number(text.substr(0, 4), 4);
    const auto rest = parse_month_day(text.substr(5));
    if (!in_era || !rest) return std::nullopt;
    const year_month_day date = *rest / static_cast<int>(*in_era);
    return date.ok() ? std::optional(date) : std::nullopt;
}

std::string_view without_comment(std::string_view line) {
    constexpr std::string_view blanks = " \t\r";
    line = line.substr(0, line.find('#'));
    const std::size_t begin = std::min(line.find_first_not_of(blanks), line.size());
    return line.substr(begin, line.find_last_not_of(blanks) + 1 - begin);
}

}  // namespace

std::vector<std::string_view> Holidays::built_in_names() {
    return {france, alsace_moselle};
}

std::optional<Holidays> Holidays::built_in(std::string_view name) {
    if (name != france && name != alsace_moselle) return std::nullopt;
    Holidays holidays;
    holidays.yearly_ = {std::chrono::January / 1,   std::chrono::May / 1,
                        std::chrono::May / 8,       std::chrono::July / 14,
                        std::chrono::August / 15,   std::chrono::November / 1,
                        std::chrono::November / 11, std::chrono::December / 25};
    holidays.after_easter_ = {easter_monday, ascension, whit_monday};
    if (name == alsace_moselle) {
        holidays.after_easter_.insert(good_friday);
        holidays.yearly_.insert(std::chrono::December / 26);
    }
    return holidays;
}

std::expected<Holidays, std::string> Holidays::from_lines(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    Holidays holidays;
    std::size_t line_number = 0;
    while (!text.empty()) {
        ++line_number;
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = without_comment(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) continue;
        if (const auto date = parse_date(line))
            holidays.once_.insert(*date);
        else if (const auto every_year = parse_month_day(line))
            holidays.yearly_.insert(*every_year);
        else
            return std::unexpected(
                fmt::format("line {}: expected a date such as `2027-05-01`, or `05-01` for every "
                            "year, found {}",
                            line_number, cited(line)));
    }
    return holidays;
}

bool Holidays::contains(year_month_day date) const {
    if (!date.ok()) return false;
    return once_.contains(date) || yearly_.contains(date.month() / date.day()) ||
           (!after_easter_.empty() &&
            after_easter_.contains(std::chrono::sys_days(date) - easter_sunday(date.year())));
}

// The anonymous Gregorian algorithm (Nature, 20 April 1876; Meeus, Astronomical Algorithms, ch. 8).
std::chrono::sys_days easter_sunday(year of_year) {
    const int y = static_cast<int>(of_year);
    const int golden = y % 19;
    const int century = y / 100, of_century = y % 100;
    const int proleptic = (century + 8) / 25;
    const int moon =
        (19 * golden + century - century / 4 - (century - proleptic + 1) / 3 + 15) % 30;
    const int weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    const int correction = (golden + 11 * moon + 22 * weekday) / 451;
    const int from_march = moon + weekday - 7 * correction + 114;
    return of_year / (from_march / 31) / (from_march % 31 + 1);
}

}  // namespace consign::policy
