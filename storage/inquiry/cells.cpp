#include "storage/inquiry/cells.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/virtual_path.hpp"

namespace consign::inquiry {

namespace {

namespace chrono = std::chrono;
using database::Restriction;
using Is = Restriction::Is;

/// The day that the text begins with.
std::optional<chrono::sys_days> day_of(std::string_view text) {
    constexpr std::size_t date_characters = 10;
    if (text.size() < date_characters || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto number = [text](std::size_t at, std::size_t digits) {
        unsigned value = 0;
        const char* const begin = text.data() + at;
        const auto [end, failed] = std::from_chars(begin, begin + digits, value);
        return failed == std::errc() && end == begin + digits ? std::optional(value) : std::nullopt;
    };
    const auto year = number(0, 4), month = number(5, 2), day = number(8, 2);
    if (!year || !month || !day) return std::nullopt;
    const chrono::year_month_day date{chrono::year(static_cast<int>(*year)), chrono::month(*month),
                                      chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    return chrono::sys_days(date);
}

}  // namespace

std::string shown(Timestamp time) {
    const auto seconds = chrono::floor<chrono::seconds>(time);
    return fmt::format("{:%FT%T}.{:06}Z", fmt::gmtime(seconds.time_since_epoch().count()),
                       chrono::duration_cast<chrono::microseconds>(time - seconds).count());
}

std::string shown(const Id& id) {
    return id.is_nil() ? std::string() : id.hex();
}

database::Value shown(std::string_view raw) {
    return display_name(raw);
}

database::Value shown(std::uint64_t number) {
    return static_cast<std::int64_t>(number);
}

database::Value shown_if(bool readable, std::string_view raw) {
    if (!readable) return {};
    return shown(raw);
}

Moments moments_of(std::span<const Restriction> restrictions, int column) {
    Moments moments;
    for (const auto& restriction : restrictions) {
        const auto* text = std::get_if<std::string>(&restriction.value);
        const auto day = restriction.column == column && text ? day_of(*text) : std::nullopt;
        if (!day) continue;
        const Timestamp begins = *day, ends = *day + chrono::days(1);
        if (restriction.is == Is::equal || restriction.is == Is::more ||
            restriction.is == Is::at_least)
            moments.from = std::max(moments.from, begins);
        if (restriction.is == Is::equal || restriction.is == Is::less ||
            restriction.is == Is::at_most)
            moments.until = std::min(moments.until, ends);
    }
    return moments;
}

Numbers numbers_of(std::span<const Restriction> restrictions, int column) {
    Numbers numbers{std::numeric_limits<std::int64_t>::min(),
                    std::numeric_limits<std::int64_t>::max()};
    for (const auto& restriction : restrictions) {
        const auto* number = std::get_if<std::int64_t>(&restriction.value);
        if (restriction.column != column || !number) continue;
        if (restriction.is == Is::equal || restriction.is == Is::more ||
            restriction.is == Is::at_least)
            numbers.first = std::max(numbers.first, *number);
        if (restriction.is == Is::equal || restriction.is == Is::less ||
            restriction.is == Is::at_most)
            numbers.last = std::min(numbers.last, *number);
    }
    return numbers;
}

std::optional<std::string> text_of(std::span<const Restriction> restrictions, int column) {
    for (const auto& restriction : restrictions) {
        const auto* text = std::get_if<std::string>(&restriction.value);
        // What is shown with a backslash is stored otherwise.
        if (restriction.column == column && restriction.is == Is::equal && text &&
            text->find('\\') == std::string::npos)
            return *text;
    }
    return std::nullopt;
}

std::optional<Id> id_of(std::span<const Restriction> restrictions, int column) {
    const auto text = text_of(restrictions, column);
    return text ? Id::from_hex(*text) : std::nullopt;
}

}  // namespace consign::inquiry
