// Arguments that are numbers: REST (RFC 3659 section 5.3), RANG (draft-bryan-ftp-range) and ALLO
// (RFC 959 section 4.1.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace consign::ftps {

/// Where the next transfer begins; up to 2^63 - 1. ftp_codec_errc::bad_position.
[[nodiscard]] Result<std::uint64_t> parse_restart(std::string_view argument);

/// Both ends belong to it.
struct ByteRange {
    std::uint64_t first = 0, last = 0;

    bool operator==(const ByteRange&) const = default;
};

/// "first last"; nothing for "1 0", which ends the range. ftp_codec_errc::bad_range; `last` stays
/// below 2^63 - 1, so that one may be added.
[[nodiscard]] Result<std::optional<ByteRange>> parse_range(std::string_view argument);

/// "bytes" or "bytes R record-size", of which the first counts; up to 2^63 - 1.
/// ftp_codec_errc::bad_allocation.
[[nodiscard]] Result<std::uint64_t> parse_allocation(std::string_view argument);

}  // namespace consign::ftps
