#include "policy/calendar/window.hpp"

#include <fmt/format.h>

#include <cctype>
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

// A window of one day a week comes within a week, unless summer time skips the whole of it.
constexpr days search_limit_days{3 * 7};

bool is_digit(char character) {
    return std::isdigit(static_cast<unsigned char>(character)) != 0;
}

std::expected<Window, std::string> with_times(Window window, std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto opens = parse_time_of_day(text.substr(0, dash));
    if (!opens) return std::unexpected(opens.error());
    if (*opens >= hours{24})
        return std::unexpected(
            std::string("`24:00` can only be an end: write `00:00` of the next day"));
    window.opens = *opens;
    if (dash == std::string_view::npos) return window;
    const auto closes = parse_time_of_day(text.substr(dash + 1));
    if (!closes) return std::unexpected(closes.error());
    window.closes = *closes;
    return window;
}

}  // namespace

std::expected<minutes, std::string> parse_time_of_day(std::string_view text) {
    const bool is_shaped = text.size() == 5 && text[2] == ':' && is_digit(text[0]) &&
                           is_digit(text[1]) && is_digit(text[3]) && is_digit(text[4]);
    const auto number = [&](std::size_t at) {
        return (text[at] - '0') * 10 + (text[at + 1] - '0');
    };
    if (is_shaped && number(3) < 60 && hours(number(0)) + minutes(number(3)) <= hours(24))
        return hours(number(0)) + minutes(number(3));
    return std::unexpected(
        fmt::format("expected a time of day such as `07:30`, found {}", cited(text)));
}

std::expected<Window, std::string> parse_window(std::string_view text,
                                                std::string_view default_zone) {
    const std::vector<std::string_view> words = words_of(text);
    if (!words.empty() && is_digit(words[0][0]))
        return std::unexpected(
            fmt::format("{} names no days: write `daily {}`", cited(text), words[0]));
    if (words.size() < 2 || words.size() > 3)
        return std::unexpected(fmt::format(
            "expected days, a time and perhaps a zone, such as `Mon-Sat 22:00-04:00 Europe/Paris`, "
            "found {}",
            cited(text)));

    const auto weekdays = parse_days(words[0]);
    if (!weekdays) return std::unexpected(weekdays.error());
    const std::string_view zone = words.size() == 3 ? words[2] : default_zone;
    if (!is_zone(zone))
        return std::unexpected(
            fmt::format("unknown time zone {}{}", cited(zone), zone_suggestion(zone)));
    return with_times({.days = *weekdays, .zone = std::string(zone), .text = std::string(text)},
                      words[1]);
}

std::optional<Occurrence> occurrence(const Window& window, sys_days day) {
    if (!contains(window.days, day)) return std::nullopt;
    const Timestamp opens = instant(window.zone, wall_time(day, window.opens));
    if (!window.closes) return Occurrence{day, opens, opens};
    const days nights{*window.closes <= window.opens ? 1 : 0};
    const Timestamp closes = instant(window.zone, wall_time(day + nights, *window.closes));
    if (closes <= opens) return std::nullopt;
    return Occurrence{day, opens, closes};
}

std::optional<Occurrence> next(const Window& window, Timestamp time) {
    const sys_days today = date_in(window.zone, time);
    for (sys_days day = today; day <= today + search_limit_days; day += days{1})
        if (const auto found = occurrence(window, day); found && found->opens > time) return found;
    return std::nullopt;
}

bool is_open(const Window& window, Timestamp time) {
    // A window of yesterday may still be open; one of tomorrow is, where a clock is put back over
    // midnight.
    const sys_days today = date_in(window.zone, time);
    for (const sys_days day : {today - days{1}, today, today + days{1}})
        if (const auto found = occurrence(window, day);
            found && found->opens <= time && time < found->closes)
            return true;
    return false;
}

}  // namespace consign::policy
