#include "desk/deposits/sidecar.hpp"

#include <algorithm>
#include <array>

namespace consign::desk {

namespace {

struct Suffix {
    std::string_view text;
    policy::Sidecar kind;
    std::string_view algorithm;
};
constexpr std::array<Suffix, 4> suffixes{{{".ok", policy::Sidecar::ok_file, ""},
                                          {".sha256", policy::Sidecar::checksum_file, "sha256"},
                                          {".sha512", policy::Sidecar::checksum_file, "sha512"},
                                          {".md5", policy::Sidecar::checksum_file, "md5"}}};

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_digest(std::string_view written, ByteView digest) {
    if (written.size() != 2 * digest.size()) return false;
    const auto bytes = from_hex(written);
    return bytes && std::ranges::equal(*bytes, digest);
}

bool line_tells(std::string_view line, ByteView digest) {
    line = trimmed(line);
    // sha256sum puts a backslash before the line where it has escaped something in the name.
    if (line.starts_with('\\')) line.remove_prefix(1);
    if (is_digest(line.substr(0, line.find_first_of(blanks)), digest)) return true;
    const auto equals = line.rfind('=');
    return equals != std::string_view::npos && is_digest(trimmed(line.substr(equals + 1)), digest);
}

}  // namespace

std::optional<Sidecar> sidecar_named(std::string_view name) {
    for (const Suffix& suffix : suffixes)
        if (name.size() > suffix.text.size() && name.ends_with(suffix.text))
            return Sidecar{.kind = suffix.kind,
                           .of = std::string(name.substr(0, name.size() - suffix.text.size())),
                           .algorithm = suffix.algorithm};
    return std::nullopt;
}

std::vector<std::string> sidecar_names(std::string_view name, policy::Sidecar kind) {
    std::vector<std::string> names;
    for (const Suffix& suffix : suffixes)
        if (suffix.kind == kind) names.push_back(std::string(name).append(suffix.text));
    return names;
}

bool tells_digest(std::string_view text, ByteView digest) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    while (!text.empty()) {
        const auto end = text.find('\n');
        if (line_tells(text.substr(0, end), digest)) return true;
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return false;
}

}  // namespace consign::desk
