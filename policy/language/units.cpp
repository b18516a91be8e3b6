#include "policy/language/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::uint64_t kibi = 1024;
constexpr std::array sizes{Unit{"B", 1}, Unit{"KiB", kibi}, Unit{"MiB", kibi* kibi},
                           Unit{"GiB", kibi* kibi* kibi}, Unit{"TiB", kibi* kibi* kibi* kibi}};
constexpr std::array durations{Unit{"seconds", 1}, Unit{"minutes", 60}, Unit{"hours", 3600},
                               Unit{"days", 86'400}, Unit{"weeks", 604'800}};
// What the database can hold in a column.
constexpr std::uint64_t value_limit = std::numeric_limits<std::int64_t>::max();

struct Quantity {
    std::string_view digits;
    std::string_view unit;
};

Quantity split(std::string_view text) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    std::string_view unit = text.substr(end);
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    return {text.substr(0, end), unit};
}

std::expected<std::uint64_t, std::string> multiplied(std::string_view digits, const Unit& unit) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || number > value_limit / unit.factor)
        return std::unexpected(std::string("the number is too large"));
    return number * unit.factor;
}

std::string unknown_unit(std::string_view unit, std::span<const Unit> units,
                         std::string_view meant) {
    std::string names;
    for (const Unit& known : units)
        names += fmt::format("{}{}", names.empty() ? "" : " ", known.name);
    const std::string offer =
        meant.empty() ? std::string() : fmt::format("; did you mean `{}`?", meant);
    return fmt::format("unknown unit {}{} (known here: {})", cited(unit), offer, names);
}

/// Of units that start alike only one can be meant: K, kb, kB and Kib are all KiB.
std::string_view meant_unit(std::string_view unit, std::span<const Unit> units) {
    constexpr unsigned char to_lower = 0x20;
    for (const Unit& known : units)
        if ((unit[0] | to_lower) == (known.name[0] | to_lower)) return known.name;
    return {};
}

bool is_called(std::string_view unit, const Unit& known) {
    return unit == known.name || unit == known.name.substr(0, known.name.size() - 1);
}

}  // namespace

std::expected<std::uint64_t, std::string> parse_size(std::string_view text) {
    const Quantity quantity = split(text);
    if (quantity.digits.empty())
        return std::unexpected(
            fmt::format("expected a size such as `4 GiB`, found {}", cited(text)));
    if (quantity.unit.empty())
        return std::unexpected(
            fmt::format("{} has no unit: write `{} B`, or KiB, MiB, GiB, TiB", cited(text), text));
    for (const Unit& known : sizes)
        if (quantity.unit == known.name) return multiplied(quantity.digits, known);
    return std::unexpected(unknown_unit(quantity.unit, sizes, meant_unit(quantity.unit, sizes)));
}

std::expected<std::uint64_t, std::string> parse_rate(std::string_view text) {
    constexpr std::string_view per_second = "/s";
    if (!text.ends_with(per_second))
        return std::unexpected(
            fmt::format("expected a rate such as `20 MiB/s`, found {}", cited(text)));
    text.remove_suffix(per_second.size());
    while (text.ends_with(' ')) text.remove_suffix(1);
    const auto rate = parse_size(text);
    if (rate && *rate == 0)
        return std::unexpected(std::string("a rate of nothing would never end: leave it out"));
    return rate;
}

std::expected<std::chrono::seconds, std::string> parse_duration(std::string_view text) {
    const Quantity quantity = split(text);
    if (quantity.digits.empty())
        return std::unexpected(
            fmt::format("expected a duration such as `30 seconds`, found {}", cited(text)));
    if (quantity.unit.empty())
        return std::unexpected(
            fmt::format("{} has no unit: write `{} seconds`, or minutes, hours, days, weeks",
                        cited(text), text));
    for (const Unit& known : durations) {
        if (!is_called(quantity.unit, known)) continue;
        const auto seconds = multiplied(quantity.digits, known);
        if (!seconds) return std::unexpected(seconds.error());
        return std::chrono::seconds(*seconds);
    }
    for (const Unit& calendar : {Unit{"months", 0}, Unit{"years", 0}})
        if (is_called(quantity.unit, calendar))
            return std::unexpected(
                fmt::format("{} differ in length: write days or weeks here", cited(calendar.name)));
    return std::unexpected(
        unknown_unit(quantity.unit, durations, meant_unit(quantity.unit, durations)));
}

}  // namespace consign::policy
