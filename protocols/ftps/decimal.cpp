#include "protocols/ftps/decimal.hpp"

#include <algorithm>
#include <charconv>

namespace consign::ftps {

bool is_decimal(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char byte) { return byte >= '0' && byte <= '9'; });
}

std::optional<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t limit) {
    std::uint64_t value = 0;
    if (!is_decimal(text)) return std::nullopt;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || value > limit) return std::nullopt;
    return value;
}

}  // namespace consign::ftps
