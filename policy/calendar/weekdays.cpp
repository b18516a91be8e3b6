#include "policy/calendar/weekdays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

// What people write who do not know the short names, in the language's order.
constexpr std::array<std::array<std::string_view, 2>, 7> long_names{{{"monday", "lundi"},
                                                                     {"tuesday", "mardi"},
                                                                     {"wednesday", "mercredi"},
                                                                     {"thursday", "jeudi"},
                                                                     {"friday", "vendredi"},
                                                                     {"saturday", "samedi"},
                                                                     {"sunday", "dimanche"}}};

/// `Monday`, `mon` and `Lun` are all Mon; an edit distance alone would take `Lun` for Sun.
std::string offer(std::string_view word) {
    constexpr std::size_t shortest = 2;
    std::string lower(word);
    std::ranges::transform(lower, lower.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    for (std::size_t day = 0; day < long_names.size() && lower.size() >= shortest; ++day)
        for (const std::string_view name : long_names[day])
            if (name.starts_with(lower))
                return fmt::format("; did you mean `{}`?", weekday_names[day]);
    return suggestion(word, weekday_names);
}

std::expected<std::size_t, std::string> parse_day(std::string_view word) {
    const auto found = std::ranges::find(weekday_names, word);
    if (found != weekday_names.end())
        return static_cast<std::size_t>(found - weekday_names.begin());
    return std::unexpected(fmt::format("unknown day {}{} (known: {}, or daily)", cited(word),
                                       offer(word), fmt::join(weekday_names, " ")));
}

/// One day, or from one to another, over the week's end where need be.
std::expected<Weekdays, std::string> parse_run(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_day(text.substr(0, dash));
    if (!first) return std::unexpected(first.error());
    const auto last = dash == std::string_view::npos ? first : parse_day(text.substr(dash + 1));
    if (!last) return std::unexpected(last.error());
    Weekdays days;
    for (std::size_t day = *first; day != *last; day = (day + 1) % days.size()) days.set(day);
    return days.set(*last);
}

}  // namespace

std::expected<Weekdays, std::string> parse_days(std::string_view text) {
    if (text == "daily") return Weekdays().set();
    Weekdays days;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const auto run = parse_run(text.substr(begin, end - begin));
        if (!run) return std::unexpected(run.error());
        days |= *run;
        begin = end + 1;
    }
    return days;
}

}  // namespace consign::policy
