#include "protocols/sftp/long_name.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace consign::sftp {

namespace {

constexpr std::chrono::hours half_a_year = std::chrono::hours{365 * 24} / 2;

std::string mode_text(std::uint32_t permissions) {
    std::string text = "?rwxrwxrwx";
    switch (permissions & file_type_mask) {
        case directory_type:
            text[0] = 'd';
            break;
        case regular_file_type:
            text[0] = '-';
            break;
        default:
            break;
    }
    for (std::size_t bit = 0; bit < 9; ++bit)
        if ((permissions >> (8 - bit) & 1U) == 0) text[bit + 1] = '-';
    return text;
}

std::string time_text(Timestamp time, Timestamp now) {
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const char* month = months.at(static_cast<unsigned>(date.month()) - 1);
    const auto day_of_month = static_cast<unsigned>(date.day());
    if (now - half_a_year >= time || time > now)
        return fmt::format("{} {:2}  {}", month, day_of_month, static_cast<int>(date.year()));
    const std::chrono::hh_mm_ss hour(std::chrono::floor<std::chrono::minutes>(time - day));
    return fmt::format("{} {:2} {:02}:{:02}", month, day_of_month, hour.hours().count(),
                       hour.minutes().count());
}

}  // namespace

std::string long_name(std::string_view name, const Attributes& attributes, std::string_view owner,
                      std::string_view group, Timestamp now) {
    const auto times = attributes.times.value_or(Attributes::Times{});
    return fmt::format("{} {:>4} {:<8} {:<8} {:>8} {} {}",
                       mode_text(attributes.permissions.value_or(0)), 1, owner, group,
                       attributes.size_bytes.value_or(0),
                       time_text(from_wire_seconds(times.modified), now), name);
}

}  // namespace consign::sftp
