#include "policy/content/message_date.hpp"

#include <algorithm>

#include "policy/content/text_pieces.hpp"

namespace consign::policy::content {

namespace {

using std::chrono::sys_days;

constexpr int first_year = 1800;
constexpr int last_year = 2199;

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, is_digit);
}

/// Of digits alone.
int number(std::string_view digits) {
    int value = 0;
    for (const char digit : digits) value = value * 10 + (digit - '0');
    return value;
}

std::optional<sys_days> day(int year_number, int month_number, int day_number) {
    if (year_number < first_year || year_number > last_year) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year_number),
                                           std::chrono::month(static_cast<unsigned>(month_number)),
                                           std::chrono::day(static_cast<unsigned>(day_number))};
    if (!date.ok()) return std::nullopt;
    return sys_days(date);
}

std::optional<sys_days> last_day_of_month(int year_number, int month_number) {
    const std::chrono::year_month_day_last last{
        std::chrono::year(year_number),
        std::chrono::month_day_last(std::chrono::month(static_cast<unsigned>(month_number)))};
    return last.ok() ? day(year_number, month_number, static_cast<int>(unsigned(last.day())))
                     : std::nullopt;
}

/// Takes the offset from UTC off the end; false where it is none.
bool take_offset(std::string_view& text) {
    const std::size_t sign = text.find_first_of("+-");
    if (sign == std::string_view::npos) return true;
    const std::string_view offset = text.substr(sign + 1);
    text = text.substr(0, sign);
    return offset.size() == 4 && all_digits(offset);
}

/// HH[MM[SS[.S...]]], or nothing.
bool is_time(std::string_view text) {
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    if (point != std::string_view::npos) {
        const std::string_view fraction = text.substr(point + 1);
        if (whole.size() != 6 || fraction.empty() || !all_digits(fraction)) return false;
    }
    if (!all_digits(whole) || whole.size() % 2 != 0 || whole.size() > 6) return false;
    const auto fits = [&](std::size_t at, int limit) {
        return whole.size() <= at || number(whole.substr(at, 2)) <= limit;
    };
    return fits(0, 23) && fits(2, 59) && fits(4, 60);
}

}  // namespace

std::optional<sys_days> parse_message_date(std::string_view text) {
    text = trimmed(text);
    if (text.size() == 10 && text[4] == '.' && text[7] == '.') {
        const std::string_view year_digits = text.substr(0, 4);
        const std::string_view month_digits = text.substr(5, 2);
        const std::string_view day_digits = text.substr(8);
        if (!all_digits(year_digits) || !all_digits(month_digits) || !all_digits(day_digits))
            return std::nullopt;
        return day(number(year_digits), number(month_digits), number(day_digits));
    }
    if (!take_offset(text)) return std::nullopt;
    const std::string_view date = text.substr(0, 8);
    if (!all_digits(date) || !is_time(text.substr(date.size()))) return std::nullopt;
    switch (date.size()) {
        case 4:
            return day(number(date), 12, 31);
        case 6:
            return last_day_of_month(number(date.substr(0, 4)), number(date.substr(4)));
        case 8:
            return day(number(date.substr(0, 4)), number(date.substr(4, 2)),
                       number(date.substr(6)));
        default:
            return std::nullopt;
    }
}

std::optional<sys_days> parse_french_date(std::string_view text) {
    text = trimmed(text);
    const bool is_formed = text.size() == 10 && text[2] == '/' && text[5] == '/';
    if (!is_formed) return std::nullopt;
    const std::string_view day_digits = text.substr(0, 2);
    const std::string_view month_digits = text.substr(3, 2);
    const std::string_view year_digits = text.substr(6);
    if (!all_digits(day_digits) || !all_digits(month_digits) || !all_digits(year_digits))
        return std::nullopt;
    return day(number(year_digits), number(month_digits), number(day_digits));
}

}  // namespace consign::policy::content
