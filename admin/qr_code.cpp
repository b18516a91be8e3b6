#include "admin/qr_code.hpp"

#include <fmt/format.h>
#include <qrencode.h>

#include <limits>
#include <memory>

namespace consign::admin {

namespace {

/// Modules; the standard asks for four.
constexpr int quiet_zone = 4;

struct Free {
    void operator()(QRcode* code) const { ::QRcode_free(code); }
};

}  // namespace

std::optional<std::string> qr_code_svg(std::string_view text) {
    if (text.empty() || text.size() > std::numeric_limits<int>::max()) return std::nullopt;
    const std::basic_string<unsigned char> bytes(text.begin(), text.end());
    const std::unique_ptr<QRcode, Free> code(::QRcode_encodeData(
        static_cast<int>(bytes.size()), bytes.data(), 0 /* as large as needed */, QR_ECLEVEL_M));
    if (!code) return std::nullopt;
    const int side = code->width + 2 * quiet_zone;
    std::string path;
    for (int y = 0; y < code->width; ++y)
        for (int x = 0; x < code->width; ++x)
            if (code->data[y * code->width + x] & 1)
                path += fmt::format("M{} {}h1v1h-1z", x + quiet_zone, y + quiet_zone);
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" role=\"img\" "
        "shape-rendering=\"crispEdges\"><rect width=\"{0}\" height=\"{0}\" fill=\"#fff\"/>"
        "<path d=\"{1}\" fill=\"#000\"/></svg>",
        side, path);
}

}  // namespace consign::admin
