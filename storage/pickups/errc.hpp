// Why a retrieval may not begin, or go on.
#pragma once

#include <system_error>

namespace consign::pickups {

enum class pickups_errc {
    spent = 1,      // as many retrievals were completed as may be
    being_fetched,  // others that are open may become the last ones
    lease_lost,     // it lapsed, and somebody else has it, or its name has ended
};

[[nodiscard]] std::error_code make_error_code(pickups_errc code);

}  // namespace consign::pickups

template <>
struct std::is_error_code_enum<consign::pickups::pickups_errc> : std::true_type {};
