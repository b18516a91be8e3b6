// The kinds of jobs, each of which one worker carries out.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

namespace consign::queue {

/// The number stands in the row: never use one for something else.
enum class Kind : std::uint8_t {
    alert = 1,        // one channel of one alert is told
    acknowledge = 2,  // a depositor gets its acknowledgement file
    scan = 3,         // a deposit goes to the virus scanner, and then its way
    deliver = 4,      // a file goes to a target
};
inline constexpr std::array all_kinds{Kind::alert, Kind::acknowledge, Kind::scan, Kind::deliver};

/// "unknown" for a number of a newer version.
[[nodiscard]] std::string_view name_of(Kind kind);
[[nodiscard]] std::optional<Kind> kind_named(std::string_view name);

using Kinds = std::bitset<64>;  // by number

}  // namespace consign::queue
