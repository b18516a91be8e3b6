// Moments as FTP writes them: time-val of RFC 3659 section 2.3, always UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace consign::ftps {

/// "YYYYMMDDhhmmss", and perhaps "." and digits, of which those past the microsecond are cut off.
/// Nothing where it is anything else, or no such moment; a leap second is none here.
[[nodiscard]] std::optional<Timestamp> parse_time_val(std::string_view text);

/// "YYYYMMDDhhmmss": whole seconds, as every client reads them.
[[nodiscard]] std::string format_time_val(Timestamp time);

}  // namespace consign::ftps
