#include "desk/wire_name.hpp"

#include <fmt/format.h>
#include <iconv.h>

#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>

#include "policy/language/utf8.hpp"

namespace consign::desk {

namespace {

using policy::FilenameCharset;

constexpr const char* tree = "UTF-8";
constexpr std::string_view escape = "%x";
constexpr std::size_t escaped_length = 4;

/// What stands for a byte at the front of `name`, if anything does. Of ASCII that is '%' alone, so
/// that a name of the tree that looks so can be shown.
std::optional<char> escaped_byte(std::string_view name) {
    if (!name.starts_with(escape) || name.size() < escaped_length) return std::nullopt;
    const char* const end = name.data() + escaped_length;
    unsigned byte = 0;
    const auto read = std::from_chars(name.data() + escape.size(), end, byte, 16);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    if (byte < 0x80 && byte != '%') return std::nullopt;
    return static_cast<char>(byte);
}

std::string escaped(char byte) {
    return fmt::format("{}{:02x}", escape, static_cast<unsigned char>(byte));
}

/// iconv_t is a pointer whose type nobody tells.
struct CloseConversion {
    void operator()(void* conversion) const { ::iconv_close(conversion); }
};

/// What each byte of a charset is in UTF-8; itself where it is no sign.
class Signs {
  public:
    explicit Signs(FilenameCharset charset) {
        const std::unique_ptr<void, CloseConversion> conversion(
            ::iconv_open(tree, std::string(name_of(charset)).c_str()));
        if (conversion.get() == reinterpret_cast<void*>(-1))
            throw std::runtime_error(
                "the C library does not have a charset of the policy language");
        for (std::size_t code = 0; code < signs_.size(); ++code) {
            char byte = static_cast<char>(code);
            std::array<char, 4> sign{};
            char* read = &byte;
            char* written = sign.data();
            std::size_t left = 1;
            std::size_t room = sign.size();
            const bool is_sign = ::iconv(conversion.get(), &read, &left, &written, &room) == 0;
            signs_[code] = is_sign ? std::string(sign.data(), written) : std::string(1, byte);
            bytes_[signs_[code]] = byte;
        }
    }

    [[nodiscard]] const std::string& of(char byte) const {
        return signs_[static_cast<unsigned char>(byte)];
    }
    [[nodiscard]] std::optional<char> byte_of(std::string_view sign) const {
        const auto found = bytes_.find(sign);
        return found == bytes_.end() ? std::nullopt : std::optional(found->second);
    }

  private:
    std::array<std::string, 256> signs_;
    std::map<std::string, char, std::less<>> bytes_;
};

const Signs& signs_of(FilenameCharset charset) {
    static const Signs latin_1(FilenameCharset::iso_8859_1);
    static const Signs latin_9(FilenameCharset::iso_8859_15);
    static const Signs windows(FilenameCharset::windows_1252);
    if (charset == FilenameCharset::iso_8859_1) return latin_1;
    return charset == FilenameCharset::iso_8859_15 ? latin_9 : windows;
}

}  // namespace

std::string from_wire(FilenameCharset charset, std::string_view name) {
    if (charset == FilenameCharset::utf_8) return std::string(name);
    const Signs& signs = signs_of(charset);
    std::string out;
    while (!name.empty()) {
        const auto byte = escaped_byte(name);
        if (byte)
            out += *byte;
        else
            out += signs.of(name.front());
        name.remove_prefix(byte ? escaped_length : 1);
    }
    return out;
}

std::string to_wire(FilenameCharset charset, std::string_view name) {
    if (charset == FilenameCharset::utf_8) return std::string(name);
    const Signs& signs = signs_of(charset);
    std::string out;
    while (!name.empty()) {
        const std::string_view sign = name.substr(0, policy::character_length(name));
        const auto byte = escaped_byte(name) ? std::nullopt : signs.byte_of(sign);
        if (byte)
            out += *byte;
        else
            for (const char each : sign) out += escaped(each);
        name.remove_prefix(sign.size());
    }
    return out;
}

}  // namespace consign::desk
