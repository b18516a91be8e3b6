#include "protocols/ftps/codec_errc.hpp"

namespace consign::ftps {

namespace {

class FtpCodecCategory final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "ftp-codec"; }

    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<ftp_codec_errc>(code)) {
            case ftp_codec_errc::line_too_long:
                return "the line is too long: 4096 bytes are the limit";
            case ftp_codec_errc::not_a_command:
                return "not a command: expected a word of letters, a space, and its argument";
            case ftp_codec_errc::bad_port:
                return "expected h1,h2,h3,h4,p1,p2, each a number from 0 to 255";
            case ftp_codec_errc::bad_eprt:
                return "expected |1|IPv4 address|port| or |2|IPv6 address|port|";
            case ftp_codec_errc::bad_epsv:
                return "expected nothing, 1, 2 or ALL";
            case ftp_codec_errc::bad_position:
                return "expected a number of bytes, from 0 to 9223372036854775807";
            case ftp_codec_errc::bad_range:
                return "expected the first and the last byte, counted from 0; 1 0 ends the range";
            case ftp_codec_errc::bad_allocation:
                return "expected a number of bytes";
            case ftp_codec_errc::bad_time:
                return "expected a time, YYYYMMDDhhmmss in UTC, a space, and a path";
            case ftp_codec_errc::bad_utime:
                return "expected YYYYMMDDhhmm[ss] and a path, or a path, three times (access, "
                       "modification, change) and UTC";
            case ftp_codec_errc::bad_mff:
                return "expected modify=YYYYMMDDhhmmss; then a space, and a path";
            case ftp_codec_errc::bad_hash_argument:
                return "expected a path, or a path in quotes; then at most the first byte and the "
                       "one behind the last";
            case ftp_codec_errc::no_path:
                return "expected a path";
            case ftp_codec_errc::unknown_network_protocol:
                return "network protocol not supported, use (1,2)";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& ftp_codec_category() {
    static const FtpCodecCategory category;
    return category;
}

}  // namespace consign::ftps
