#include "protocols/ftps/time_val.hpp"

#include <fmt/format.h>

#include "protocols/ftps/decimal.hpp"

namespace consign::ftps {

namespace {

namespace chrono = std::chrono;

constexpr std::size_t whole_digits = 14;
constexpr std::size_t microsecond_digits = 6;

/// `text` is all digits.
unsigned digits(std::string_view text) {
    unsigned value = 0;
    for (const char digit : text) value = value * 10 + static_cast<unsigned>(digit - '0');
    return value;
}

/// "" or ".123".
std::optional<chrono::microseconds> parse_fraction(std::string_view text) {
    if (text.empty()) return chrono::microseconds(0);
    if (!text.starts_with('.') || !is_decimal(text.substr(1))) return std::nullopt;
    std::string places(text.substr(1));
    places.resize(microsecond_digits, '0');
    return chrono::microseconds(digits(places));
}

}  // namespace

std::optional<Timestamp> parse_time_val(std::string_view text) {
    const std::string_view whole = text.substr(0, whole_digits);
    if (whole.size() != whole_digits || !is_decimal(whole)) return std::nullopt;
    const chrono::year_month_day date{chrono::year(static_cast<int>(digits(whole.substr(0, 4)))),
                                      chrono::month(digits(whole.substr(4, 2))),
                                      chrono::day(digits(whole.substr(6, 2)))};
    const chrono::hours hours(digits(whole.substr(8, 2)));
    const chrono::minutes minutes(digits(whole.substr(10, 2)));
    const chrono::seconds seconds(digits(whole.substr(12, 2)));
    const auto fraction = parse_fraction(text.substr(whole_digits));
    if (!date.ok() || hours.count() > 23 || minutes.count() > 59 || seconds.count() > 59 ||
        !fraction)
        return std::nullopt;
    return Timestamp(chrono::sys_days(date)) + hours + minutes + seconds + *fraction;
}

std::string format_time_val(Timestamp time) {
    const auto day = chrono::floor<chrono::days>(time);
    const chrono::year_month_day date(day);
    const chrono::hh_mm_ss clock(chrono::floor<chrono::seconds>(time - day));
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace consign::ftps
