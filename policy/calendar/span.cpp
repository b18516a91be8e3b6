#include "policy/calendar/span.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "policy/calendar/zone.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

using std::chrono::seconds;
using std::chrono::sys_days;

struct Unit {
    std::string_view name;
    Span span;
    std::uint64_t limit;  // so many are `span_limit_years`
};

constexpr std::uint64_t days_a_year = 365;
constexpr std::uint64_t limit_years = span_limit_years;
constexpr std::array units{
    Unit{"seconds", {.seconds = seconds{1}}, limit_years* days_a_year * 86'400},
    Unit{"minutes", {.seconds = seconds{60}}, limit_years* days_a_year * 1440},
    Unit{"hours", {.seconds = seconds{3600}}, limit_years* days_a_year * 24},
    Unit{"days", {.days = 1}, limit_years* days_a_year},
    Unit{"weeks", {.days = 7}, limit_years * 52},
    Unit{"months", {.months = 1}, limit_years * 12},
    Unit{"years", {.months = 12}, limit_years},
};

constexpr auto unit_names = [] {
    std::array<std::string_view, units.size()> names;
    for (std::size_t index = 0; index < units.size(); ++index) names[index] = units[index].name;
    return names;
}();

bool is_called(std::string_view word, const Unit& unit) {
    return word == unit.name || word == unit.name.substr(0, unit.name.size() - 1);
}

/// Far enough that no civil term reaches it, near enough that years fit into std::chrono::year.
constexpr sys_days earliest{std::chrono::year{-30'000} / 1 / 1};
constexpr sys_days latest{std::chrono::year{30'000} / 1 / 1};

sys_days later_by_months(sys_days date, int months) {
    const std::chrono::year_month_day start{date};
    const std::chrono::year_month_day end = start + std::chrono::months{months};
    return end.ok() ? sys_days{end} : sys_days{end.year() / end.month() / std::chrono::last};
}

sys_days last_day(sys_days start, const Span& span) {
    return later_by_months(start, span.months) + std::chrono::days{span.days};
}

}  // namespace

std::expected<Span, std::string> parse_span(std::string_view text) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    std::string_view word = text.substr(end);
    while (word.starts_with(' ')) word.remove_prefix(1);
    if (end == 0)
        return std::unexpected(
            fmt::format("expected a time such as `10 years` or `30 days`, found {}", cited(text)));
    if (word.empty())
        return std::unexpected(fmt::format("{} has no unit: write `{} days`, or {}", cited(text),
                                           text, listed(unit_names)));
    const auto unit =
        std::ranges::find_if(units, [&](const Unit& known) { return is_called(word, known); });
    if (unit == units.end())
        return std::unexpected(fmt::format("unknown unit {}{} (known here: {})", cited(word),
                                           suggestion(word, unit_names), listed(unit_names)));

    std::uint64_t number = 0;
    const auto [parsed, error] = std::from_chars(text.data(), text.data() + end, number);
    if (error != std::errc{} || number > unit->limit)
        return std::unexpected(
            fmt::format("{} is more than {} years", cited(text), span_limit_years));
    return Span{.months = unit->span.months * static_cast<int>(number),
                .days = unit->span.days * static_cast<int>(number),
                .seconds = unit->span.seconds * static_cast<std::int64_t>(number)};
}

std::string text_of(const Span& span) {
    std::string text;
    const auto add = [&](std::int64_t number, std::string_view unit) {
        if (number == 0) return;
        text += fmt::format("{}{} {}", text.empty() ? "" : " ", number,
                            number == 1 ? unit.substr(0, unit.size() - 1) : unit);
    };
    const bool is_years = span.months % 12 == 0;
    add(is_years ? span.months / 12 : span.months, is_years ? "years" : "months");
    add(span.days, "days");
    const std::int64_t count = span.seconds.count();
    if (count % 3600 == 0)
        add(count / 3600, "hours");
    else if (count % 60 == 0)
        add(count / 60, "minutes");
    else
        add(count, "seconds");
    return text.empty() ? "0 days" : text;
}

Timestamp end_of_term(Timestamp start, const Span& span, std::string_view zone) {
    const Timestamp begin = std::clamp(start, Timestamp{earliest}, Timestamp{latest});
    if (span.months == 0 && span.days == 0) return begin + span.seconds;
    return end_of_day(zone, last_day(date_in(zone, begin), span)) + span.seconds;
}

Timestamp end_of_term(sys_days start, const Span& span, std::string_view zone) {
    const sys_days begin = std::clamp(start, earliest, latest);
    return end_of_day(zone, last_day(begin, span)) + span.seconds;
}

}  // namespace consign::policy
