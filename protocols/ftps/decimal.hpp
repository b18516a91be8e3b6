// Numbers as FTP writes them: ASCII digits, and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace consign::ftps {

/// Where lengths and positions end, in this program and in its clients: 2^63 - 1.
inline constexpr std::uint64_t position_limit_bytes = 0x7fff'ffff'ffff'ffff;

/// Nothing where `text` is not all digits, at least one, or more than `limit`.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text,
                                                         std::uint64_t limit);

/// All digits, and at least one?
[[nodiscard]] bool is_decimal(std::string_view text);

}  // namespace consign::ftps
