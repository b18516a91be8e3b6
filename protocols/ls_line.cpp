#include "protocols/ls_line.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace consign::protocols {

namespace {

constexpr std::chrono::hours half_a_year = std::chrono::hours{365 * 24} / 2;

std::string mode_text(const LsEntry& entry) {
    std::string text = entry.directory ? "drwxrwxrwx" : "-rwxrwxrwx";
    for (std::size_t bit = 0; bit < 9; ++bit)
        if ((entry.mode >> (8 - bit) & 1U) == 0) text[bit + 1] = '-';
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

std::string ls_line(const LsEntry& entry, Timestamp now) {
    return fmt::format("{} {:>4} {:<8} {:<8} {:>8} {} {}", mode_text(entry), 1, entry.owner,
                       entry.group, entry.size_bytes, time_text(entry.modified, now), entry.name);
}

}  // namespace consign::protocols
