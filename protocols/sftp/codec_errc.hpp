// Why the codec refuses what a peer sent.
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

namespace consign::sftp {

enum class codec_errc {
    // Of a frame: where the next one begins is unknown, so the session must end.
    frame_empty = 1,
    frame_too_long,
    // Of a request: the stream is still in step, so SSH_FX_BAD_MESSAGE can be answered.
    truncated,
    trailing_bytes,
    bad_field,
};

[[nodiscard]] const std::error_category& codec_category();

[[nodiscard]] inline std::error_code make_error_code(codec_errc code) {
    return {static_cast<int>(code), codec_category()};
}

}  // namespace consign::sftp

template <>
struct std::is_error_code_enum<consign::sftp::codec_errc> : std::true_type {};
