#include "policy/calendar/cron.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <vector>

#include "policy/calendar/words.hpp"
#include "policy/calendar/zone.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;

constexpr std::size_t field_count = 5;
// 29 February on one day of the week comes after 40 years at the latest (2072 to 2112).
constexpr days search_limit_days{41 * 366};

constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> day_names{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};

struct Field {
    std::string_view name;
    std::size_t first, last;
    std::span<const std::string_view> value_names{};  // of `first` and on
    bool is_cyclic = false;                           // may a range run over its end?
};
constexpr Field minute_field{"minute", 0, 59};
constexpr Field hour_field{"hour", 0, 23};
constexpr Field day_of_month_field{"day of the month", 1, 31};
constexpr Field month_field{"month", 1, 12, month_names};
constexpr Field weekday_field{"weekday", 0, 7, day_names, true};

using Values = std::bitset<60>;
using Problem = std::unexpected<std::string>;

std::expected<std::size_t, std::string> parse_value(std::string_view text, const Field& field) {
    for (std::size_t index = 0; index < field.value_names.size(); ++index)
        if (edit_distance(text, field.value_names[index]) == 0) return field.first + index;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    if (is_number && number >= field.first && number <= field.last) return number;
    return Problem(fmt::format("{} {} is not from {} to {}{}", field.name, cited(text), field.first,
                               field.last, suggestion(text, field.value_names)));
}

struct Range {
    std::size_t first = 0, last = 0;
    bool has_end = true;  // `5` has none, `*` and `5-9` have
};

std::expected<Range, std::string> parse_range(std::string_view text, const Field& field) {
    if (text == "*") return Range{field.first, field.last};
    const std::size_t dash = text.find('-');
    const auto first = parse_value(text.substr(0, dash), field);
    if (!first) return Problem(first.error());
    if (dash == std::string_view::npos) return Range{*first, *first, false};
    const auto last = parse_value(text.substr(dash + 1), field);
    if (!last) return Problem(last.error());
    if (*first <= *last) return Range{*first, *last};
    if (field.is_cyclic) return Range{*first, *last + field.last};
    return Problem(fmt::format("{} {} runs backwards", field.name, cited(text)));
}

std::expected<std::size_t, std::string> parse_step(std::string_view text, const Field& field) {
    std::size_t step = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (error == std::errc{} && end == text.data() + text.size() && step > 0 && step <= field.last)
        return step;
    return Problem(
        fmt::format("{}: a step is from 1 to {}, found {}", field.name, field.last, cited(text)));
}

std::expected<Values, std::string> parse_item(std::string_view text, const Field& field) {
    const std::size_t slash = text.find('/');
    const auto range = parse_range(text.substr(0, slash), field);
    if (!range) return Problem(range.error());
    std::size_t step = 1;
    if (slash != std::string_view::npos) {
        if (!range->has_end)
            return Problem(fmt::format("{} {} has a step without a range: write `{}-{}{}`",
                                       field.name, cited(text), text.substr(0, slash), field.last,
                                       text.substr(slash)));
        const auto parsed = parse_step(text.substr(slash + 1), field);
        if (!parsed) return Problem(parsed.error());
        step = *parsed;
    }
    Values values;
    for (std::size_t value = range->first; value <= range->last; value += step) values.set(value);
    return values;
}

/// Into `error` goes the first field's that has one.
Values parse_field(std::string_view text, const Field& field, std::string& error) {
    Values values;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const auto item = parse_item(text.substr(begin, end - begin), field);
        if (item)
            values |= *item;
        else if (error.empty())
            error = item.error();
        begin = end + 1;
    }
    return values;
}

template <std::size_t size>
std::bitset<size> first_of(const Values& values) {
    std::bitset<size> result;
    for (std::size_t index = 0; index < size; ++index) result[index] = values[index];
    return result;
}

/// Cron counts from Sunday, and on past Saturday.
Weekdays weekdays_of(const Values& values) {
    constexpr std::size_t sunday = 6;  // where Monday is 0
    Weekdays weekdays;
    for (std::size_t value = 0; value < values.size(); ++value)
        if (values[value]) weekdays.set((value + sunday) % weekdays.size());
    return weekdays;
}

bool suits(const Cron& cron, std::chrono::year_month_day date) {
    if (!cron.months[static_cast<unsigned>(date.month())]) return false;
    const bool suits_month = cron.days_of_month[static_cast<unsigned>(date.day())];
    const bool suits_week = contains(cron.weekdays, date);
    return cron.either_day ? suits_month || suits_week : suits_month && suits_week;
}

bool has_a_date(const Cron& cron) {
    if (cron.either_day) return true;
    for (unsigned month = 1; month <= month_names.size(); ++month)
        for (unsigned day = 1; day < cron.days_of_month.size(); ++day) {
            const auto date = std::chrono::month(month) / std::chrono::day(day);
            if (cron.months[month] && cron.days_of_month[day] && date.ok()) return true;
        }
    return false;
}

}  // namespace

bool looks_like_cron(std::string_view text) {
    return words_of(text).size() >= field_count;
}

std::expected<Cron, std::string> parse_cron(std::string_view text, std::string_view default_zone) {
    const std::vector<std::string_view> words = words_of(text);
    if (words.size() < field_count || words.size() > field_count + 1)
        return Problem(fmt::format(
            "expected minute, hour, day of the month, month, weekday and perhaps a zone, such as "
            "`0 6 * * Mon-Sat Europe/Paris`, found {}",
            cited(text)));

    std::string error;
    const Cron cron{
        .minutes = parse_field(words[0], minute_field, error),
        .hours = first_of<24>(parse_field(words[1], hour_field, error)),
        .days_of_month = first_of<32>(parse_field(words[2], day_of_month_field, error)),
        .months = first_of<13>(parse_field(words[3], month_field, error)),
        .weekdays = weekdays_of(parse_field(words[4], weekday_field, error)),
        .either_day = !words[2].starts_with('*') && !words[4].starts_with('*'),
        .zone = std::string(words.size() > field_count ? words[field_count] : default_zone),
        .text = std::string(text)};
    if (!error.empty()) return Problem(error);
    if (!is_zone(cron.zone))
        return Problem(
            fmt::format("unknown time zone {}{}", cited(cron.zone), zone_suggestion(cron.zone)));
    if (!has_a_date(cron))
        return Problem(
            fmt::format("no month of {} has a day {}", cited(words[3]), cited(words[2])));
    return cron;
}

std::optional<Timestamp> next(const Cron& cron, Timestamp time) {
    const WallTime now = wall_time(cron.zone, time);
    const sys_days today = date_in(cron.zone, time);
    for (sys_days day = today; day <= today + search_limit_days; day += days{1}) {
        if (!suits(cron, day)) continue;
        for (std::size_t hour = 0; hour < cron.hours.size(); ++hour) {
            if (!cron.hours[hour]) continue;
            for (std::size_t minute = 0; minute < cron.minutes.size(); ++minute) {
                const WallTime at = wall_time(day, hours(hour) + minutes(minute));
                // What the clock on the wall has shown is over: no need to ask for its instant.
                if (!cron.minutes[minute] || at <= now) continue;
                if (const Timestamp found = instant(cron.zone, at); found > time) return found;
            }
        }
    }
    return std::nullopt;
}

}  // namespace consign::policy
