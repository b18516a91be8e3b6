#include "protocols/ftps/numbers.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/decimal.hpp"

namespace consign::ftps {

Result<std::uint64_t> parse_restart(std::string_view argument) {
    const auto position = parse_decimal(argument, position_limit_bytes);
    if (!position) return failure(ftp_codec_errc::bad_position);
    return *position;
}

Result<std::optional<ByteRange>> parse_range(std::string_view argument) {
    const auto space = argument.find(' ');
    if (space == std::string_view::npos) return failure(ftp_codec_errc::bad_range);
    const auto first = parse_decimal(argument.substr(0, space), position_limit_bytes - 1);
    const auto last = parse_decimal(argument.substr(space + 1), position_limit_bytes - 1);
    if (!first || !last) return failure(ftp_codec_errc::bad_range);
    if (*first == 1 && *last == 0) return std::nullopt;
    if (*first > *last) return failure(ftp_codec_errc::bad_range);
    return ByteRange{*first, *last};
}

Result<std::uint64_t> parse_allocation(std::string_view argument) {
    const auto space = argument.find(' ');
    const auto bytes = parse_decimal(argument.substr(0, space), position_limit_bytes);
    if (!bytes) return failure(ftp_codec_errc::bad_allocation);
    if (space == std::string_view::npos) return *bytes;
    const std::string_view record = argument.substr(space + 1);
    if (!boost::algorithm::istarts_with(record, "R ") ||
        !parse_decimal(record.substr(2), position_limit_bytes))
        return failure(ftp_codec_errc::bad_allocation);
    return *bytes;
}

}  // namespace consign::ftps
