// The argument of XCRC, XMD5, XSHA1, XSHA256 and XSHA512, which no document defines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace consign::ftps {

struct HashArgument {
    std::string path;
    std::optional<std::uint64_t> start;  // the first byte's position
    std::optional<std::uint64_t> end;    // the position behind the last byte; not before the start
};

/// A path, or a path in quotes (its own quotes doubled), and then perhaps "start end", as ProFTPD's
/// mod_digest reads it. One number alone is a part of the path, and refused behind quotes: servers
/// disagree about what it means. An unquoted path whose last two words are numbers must be quoted
/// to be taken whole. ftp_codec_errc::no_path, bad_hash_argument.
[[nodiscard]] Result<HashArgument> parse_hash_argument(std::string_view argument);

}  // namespace consign::ftps
