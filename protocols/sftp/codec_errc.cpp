#include "protocols/sftp/codec_errc.hpp"

namespace consign::sftp {

namespace {

class CodecCategory final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "sftp-codec"; }

    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<codec_errc>(code)) {
            case codec_errc::frame_empty:
                return "a packet of length 0";
            case codec_errc::frame_too_long:
                return "a packet longer than the limit";
            case codec_errc::truncated:
                return "a packet that ends before its last field";
            case codec_errc::trailing_bytes:
                return "bytes after the last field of a packet";
            case codec_errc::bad_field:
                return "a field whose value the protocol forbids";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& codec_category() {
    static const CodecCategory category;
    return category;
}

}  // namespace consign::sftp
