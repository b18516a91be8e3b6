#include "desk/site/rfc3339.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace consign::desk {

namespace {

namespace chrono = std::chrono;

/// Takes fixed fields from the front of a text; after the first that does not fit, it has failed.
class Fields {
  public:
    explicit Fields(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        const std::string_view field = rest_.substr(0, count);
        const bool fits = field.size() == count &&
                          std::ranges::all_of(field, [](char c) { return c >= '0' && c <= '9'; });
        if (fits) std::from_chars(field.data(), field.data() + count, value);
        failed_ = failed_ || !fits;
        rest_.remove_prefix(field.size());
        return value;
    }
    /// One character out of `these`; NUL where there is none of them.
    char any_of(std::string_view these) {
        const bool fits = !rest_.empty() && these.find(rest_[0]) != std::string_view::npos;
        failed_ = failed_ || !fits;
        if (!fits) return '\0';
        const char found = rest_[0];
        rest_.remove_prefix(1);
        return found;
    }
    /// ".123456789": as many digits as are there; those past the sixth are cut off.
    chrono::microseconds fraction() {
        if (!rest_.starts_with('.')) return {};
        rest_.remove_prefix(1);
        const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        failed_ = failed_ || count == 0;
        int value = 0;
        for (std::size_t place = 0; place < 6; ++place)
            value = value * 10 + (place < count ? rest_[place] - '0' : 0);
        rest_.remove_prefix(count);
        return chrono::microseconds(value);
    }
    void fail_unless(bool fits) { failed_ = failed_ || !fits; }
    [[nodiscard]] bool read_all() const { return !failed_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool failed_ = false;
};

chrono::sys_days take_date(Fields& fields) {
    const int year = fields.digits(4);
    fields.any_of("-");
    const int month = fields.digits(2);
    fields.any_of("-");
    const int day = fields.digits(2);
    const chrono::year_month_day date{chrono::year(year),
                                      chrono::month(static_cast<unsigned>(month)),
                                      chrono::day(static_cast<unsigned>(day))};
    fields.fail_unless(date.ok());
    return date.ok() ? chrono::sys_days(date) : chrono::sys_days();
}

chrono::minutes take_offset(Fields& fields) {
    const char sign = fields.any_of("Zz+-");
    if (sign != '+' && sign != '-') return {};
    const int hours = fields.digits(2);
    fields.any_of(":");
    const int minutes = fields.digits(2);
    fields.fail_unless(hours < 24 && minutes < 60);
    const chrono::minutes offset = chrono::hours(hours) + chrono::minutes(minutes);
    return sign == '-' ? -offset : offset;
}

}  // namespace

std::string rfc3339(Timestamp time) {
    const auto day = chrono::floor<chrono::days>(time);
    const chrono::year_month_day date(day);
    const chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::string full_date(chrono::sys_days day) {
    return rfc3339(day).substr(0, std::string_view("YYYY-MM-DD").size());
}

std::optional<Timestamp> from_rfc3339(std::string_view text) {
    Fields fields(text);
    const chrono::sys_days day = take_date(fields);
    fields.any_of("Tt ");
    const int hours = fields.digits(2);
    fields.any_of(":");
    const int minutes = fields.digits(2);
    fields.any_of(":");
    const int seconds = fields.digits(2);
    fields.fail_unless(hours < 24 && minutes < 60 && seconds <= 60);
    const chrono::microseconds fraction = fields.fraction();
    const chrono::minutes offset = take_offset(fields);
    if (!fields.read_all()) return std::nullopt;
    return Timestamp(day) + chrono::hours(hours) + chrono::minutes(minutes) +
           chrono::seconds(seconds) + fraction - offset;
}

std::optional<Timestamp> from_full_date(std::string_view text) {
    Fields fields(text);
    const chrono::sys_days day = take_date(fields);
    if (!fields.read_all()) return std::nullopt;
    return Timestamp(day);
}

}  // namespace consign::desk
