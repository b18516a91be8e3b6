// Instants as cron writes them: `0 6 * * Mon-Sat Europe/Paris`.
#pragma once

#include <bitset>
#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "policy/calendar/weekdays.hpp"

namespace consign::policy {

/// The five fields of crontab(5). Where neither day field begins with `*`, a day that either names
/// will do; else it must suit both. A time that summer time skips moves to the next that exists;
/// one that it repeats counts once, the first, even in `*/5 * * * *`.
struct Cron {
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<32> days_of_month;  // from 1
    std::bitset<13> months;         // from 1
    Weekdays weekdays;
    bool either_day = false;  // a day of the month or of the week
    std::string zone;         // a name of the time zone database
    std::string text;         // as it was written

    bool operator==(const Cron&) const = default;
};

/// Fields hold `*`, numbers, names (`Jan`, `Mon`, in any case), ranges (`Mon-Fri`; of weekdays also
/// `Sat-Mon`; Sunday is 0 and 7), lists, and steps of `*` or a range (`*/15`). A zone may follow;
/// else `default_zone`. The error says what is wrong and what would be right.
[[nodiscard]] std::expected<Cron, std::string> parse_cron(std::string_view text,
                                                          std::string_view default_zone);
/// Five words or more: no window has as many.
[[nodiscard]] bool looks_like_cron(std::string_view text);

/// The first instant after `time`.
[[nodiscard]] std::optional<Timestamp> next(const Cron& cron, Timestamp time);

}  // namespace consign::policy
