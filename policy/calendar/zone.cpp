#include "policy/calendar/zone.hpp"

#include <date/tz.h>

#include <stdexcept>
#include <vector>

#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

// Where the database stops to list what a zone does by rule.
constexpr std::chrono::year last_listed_year{2037};
// The last change's period has its end past this day.
constexpr sys_days for_ever{std::chrono::year{9999} / 12 / 31};

/// Nothing for UTC, which needs no database, and for what is no zone.
const date::time_zone* find(std::string_view name) {
    if (name.empty() || name == "UTC") return nullptr;
    try {
        return date::locate_zone(name);
    } catch (const std::runtime_error&) {  // no such zone, or no database on this system
        return nullptr;
    }
}

sys_days first_of_march(std::chrono::year year) {
    return year / std::chrono::March / 1;
}

/// How far beyond the list of changes a time is: so many days earlier, the list shows what happens
/// then. A zone whose last change is of `last_listed_year` has a rule, such as "the last Sunday in
/// March"; it does the same in any two years whose first of March is the same day of the week,
/// because from there on each date falls on the same day (and no rule is of January or February).
days beyond_the_list(const date::time_zone& zone, sys_seconds time) {
    if (time < first_of_march(last_listed_year + std::chrono::years{1})) return days{0};
    const date::sys_info info = zone.get_info(time);
    const std::chrono::year_month_day change{std::chrono::floor<days>(info.begin)};
    const bool is_last = info.end > for_ever && time < info.end;
    if (!is_last || change.year() != last_listed_year) return days{0};

    const std::chrono::year year =
        std::chrono::year_month_day(std::chrono::floor<days>(time)).year();
    const std::chrono::weekday weekday{first_of_march(year)};
    std::chrono::year alike = last_listed_year;
    while (std::chrono::weekday(first_of_march(alike)) != weekday) --alike;
    return first_of_march(year) - first_of_march(alike);
}

/// An instant, and the one at which the clock on the wall shows the time again.
struct Instants {
    Timestamp first{}, last{};
};

Instants instants(std::string_view zone, WallTime time) {
    const sys_seconds in_utc(time.time_since_epoch());
    const date::time_zone* place = find(zone);
    if (place == nullptr) return {in_utc, in_utc};
    const days beyond = beyond_the_list(*place, in_utc);
    const date::local_info info =
        place->get_info(date::local_seconds(time.time_since_epoch() - beyond));
    if (info.result == date::local_info::nonexistent)
        return {info.first.end + beyond, info.first.end + beyond};
    const sys_seconds first = in_utc - info.first.offset;
    if (info.result == date::local_info::unique) return {first, first};
    return {first, in_utc - info.second.offset};
}

}  // namespace

bool is_zone(std::string_view name) {
    return name == "UTC" || find(name) != nullptr;
}

std::string zone_suggestion(std::string_view name) {
    try {
        std::vector<std::string_view> names;
        for (const date::time_zone& zone : date::get_tzdb().zones) names.push_back(zone.name());
        return suggestion(name, names);
    } catch (const std::runtime_error&) {
        return {};
    }
}

WallTime wall_time(std::string_view zone, Timestamp time) {
    const auto second = std::chrono::floor<seconds>(time);
    const date::time_zone* place = find(zone);
    if (place == nullptr) return WallTime(second.time_since_epoch());
    const date::sys_info info = place->get_info(second - beyond_the_list(*place, second));
    return WallTime(second.time_since_epoch() + info.offset);
}

sys_days date_in(std::string_view zone, Timestamp time) {
    return sys_days(std::chrono::floor<days>(wall_time(zone, time)).time_since_epoch());
}

WallTime wall_time(sys_days date, std::chrono::minutes time_of_day) {
    return WallTime(date.time_since_epoch() + time_of_day);
}

Timestamp instant(std::string_view zone, WallTime time) {
    return instants(zone, time).first;
}

Timestamp end_of_day(std::string_view zone, sys_days date) {
    const Instants midnights = instants(zone, wall_time(date + days{1}, std::chrono::minutes{0}));
    // Shown twice, but put back to midnight or later: the date is over at the first.
    const bool comes_again = date_in(zone, midnights.last - seconds{1}) <= date;
    return comes_again ? midnights.last : midnights.first;
}

}  // namespace consign::policy
