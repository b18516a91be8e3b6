#include "protocols/ftps/reply.hpp"

#include <fmt/format.h>

namespace consign::ftps {

std::string telnet_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char byte : text) {
        if (byte == '\xff') out += '\xff';
        out += byte == '\r' || byte == '\n' || byte == '\0' ? '?' : byte;
    }
    return out;
}

std::string reply(int code, std::string_view text) {
    return fmt::format("{:03} {}\r\n", code, telnet_text(text));
}

std::string reply_lines(int code, std::string_view first, std::span<const std::string> lines,
                        std::string_view last) {
    std::string out = fmt::format("{:03}-{}\r\n", code, telnet_text(first));
    for (const std::string& line : lines) out += " " + telnet_text(line) + "\r\n";
    return out + reply(code, last);
}

std::string quoted_path(std::string_view path) {
    std::string out = "\"";
    for (const char byte : path) {
        if (byte == '"') out += '"';
        out += byte;
    }
    out += '"';
    return out;
}

}  // namespace consign::ftps
