#include "policy/zone.hpp"

#include <date/tz.h>

#include <stdexcept>
#include <vector>

#include "policy/spelling.hpp"

namespace consign::policy {

namespace {

const date::time_zone* find(std::string_view name) {
    try {
        return date::locate_zone(name);
    } catch (const std::runtime_error&) {  // no such zone, or no database on this system
        return nullptr;
    }
}

}  // namespace

bool is_zone(std::string_view name) {
    // UTC needs no database.
    return name == "UTC" || (!name.empty() && find(name) != nullptr);
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
    const auto since_epoch = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch();
    const date::time_zone* place = zone == "UTC" ? nullptr : find(zone);
    if (place == nullptr) return WallTime(since_epoch);
    return WallTime(since_epoch + place->get_info(time).offset);
}

}  // namespace consign::policy
