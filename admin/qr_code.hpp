// A QR code (ISO/IEC 18004) as an SVG picture: the one door to libqrencode. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace consign::admin {

/// `text` in bytes, at a level of correction that survives a fold of the paper (M); with the quiet
/// zone around it. Nothing where it is too long for any code.
[[nodiscard]] std::optional<std::string> qr_code_svg(std::string_view text);

}  // namespace consign::admin
