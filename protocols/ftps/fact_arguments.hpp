// Arguments that set times: MFMT and MFF (draft-somers-ftp-mfxx), MDTM as it was used before them,
// and SITE UTIME.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace consign::ftps {

struct MfmtArgument {
    Timestamp modified;
    std::string path;
};

/// "YYYYMMDDhhmmss path". ftp_codec_errc::bad_time.
[[nodiscard]] Result<MfmtArgument> parse_mfmt(std::string_view argument);

struct MdtmArgument {
    std::optional<Timestamp> modified;
    std::string path;
};

/// "path" asks for a time; "YYYYMMDDhhmmss path" sets it. A file may be called like the latter: so
/// where `modified` is there, and something has the whole argument's name, that is what is asked
/// for.
[[nodiscard]] MdtmArgument parse_mdtm(std::string_view argument);

struct MffArgument {
    /// Nothing where any fact but "modify" is to be set: all are set, or none.
    std::optional<Timestamp> modified;
    std::string path;
};

/// "modify=YYYYMMDDhhmmss; path". ftp_codec_errc::bad_mff: not of that form, a time that is none,
/// or the same fact twice.
[[nodiscard]] Result<MffArgument> parse_mff(std::string_view argument);

struct UtimeArgument {
    std::optional<Timestamp> accessed;
    Timestamp modified;
    std::string path;
};

/// Both forms in use: "YYYYMMDDhhmm[ss] path", and "path ACCESSED MODIFIED CHANGED UTC", each
/// YYYYMMDDhhmmss; what fits both is the second. ftp_codec_errc::bad_utime.
[[nodiscard]] Result<UtimeArgument> parse_site_utime(std::string_view argument);

}  // namespace consign::ftps
