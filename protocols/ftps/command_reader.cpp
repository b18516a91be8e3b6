#include "protocols/ftps/command_reader.hpp"

#include <algorithm>
#include <cstring>

#include "protocols/ftps/codec_errc.hpp"

namespace consign::ftps {

namespace {

// RFC 854, "TELNET COMMAND STRUCTURE".
constexpr std::uint8_t first_telnet_command = 0xF0;
constexpr std::uint8_t telnet_will = 0xFB;  // then WONT, DO, DONT
constexpr std::uint8_t telnet_dont = 0xFE;
constexpr std::uint8_t telnet_iac = 0xFF;

}  // namespace

void CommandReader::feed(ByteView arrived) {
    if (begin_ > lines_.size() / 2) {
        // Into new memory: the old is wiped as it is given back.
        SecretBytes rest(lines_.begin() + static_cast<std::ptrdiff_t>(begin_), lines_.end());
        lines_ = std::move(rest);
        searched_ -= begin_;
        begin_ = 0;
    }
    for (const std::uint8_t byte : arrived) take(byte);
}

void CommandReader::take(std::uint8_t byte) {
    switch (telnet_) {
        case Telnet::option:
            telnet_ = Telnet::data;
            if (byte == '\r' || byte == '\n') keep(byte);
            return;
        case Telnet::command:
            telnet_ = Telnet::data;
            return take_command(byte);
        case Telnet::data:
            if (byte == telnet_iac)
                telnet_ = Telnet::command;
            else if (byte < first_telnet_command || line_bytes_ > 0)
                keep(byte);
    }
}

/// What follows IAC.
void CommandReader::take_command(std::uint8_t byte) {
    if (byte == telnet_iac) return keep(byte);
    if (byte >= first_telnet_command) {
        if (byte >= telnet_will && byte <= telnet_dont) telnet_ = Telnet::option;
        return;
    }
    if (line_bytes_ > 0) keep(telnet_iac);
    keep(byte);
}

void CommandReader::keep(std::uint8_t byte) {
    const bool is_padding = after_cr_ && byte == '\0';
    after_cr_ = byte == '\r';
    if (is_padding) return;
    if (byte == '\n') {
        lines_.push_back(byte);
        line_bytes_ = 0;
    } else if (line_bytes_ < kept_limit_bytes) {
        lines_.push_back(byte);
        ++line_bytes_;
    }
}

std::optional<std::expected<Command, std::error_code>> CommandReader::next() {
    const auto begin = lines_.begin() + static_cast<std::ptrdiff_t>(begin_);
    const auto end =
        std::find(lines_.begin() + static_cast<std::ptrdiff_t>(searched_), lines_.end(), '\n');
    searched_ = static_cast<std::size_t>(end - lines_.begin());
    if (end == lines_.end()) return std::nullopt;

    std::string_view line = as_text(ByteView(begin, end));
    // The CR of its end is no part of the line; what was kept of one that is longer still is.
    bool is_too_long = line.size() == kept_limit_bytes;
    while (line.ends_with('\r')) line.remove_suffix(1);
    is_too_long = is_too_long || line.size() > line_limit_bytes;
    std::optional<std::expected<Command, std::error_code>> command;
    if (is_too_long)
        command.emplace(failure(ftp_codec_errc::line_too_long));
    else
        command.emplace(parse_command(line));

    explicit_bzero(lines_.data() + begin_, searched_ - begin_);
    begin_ = ++searched_;
    if (begin_ == lines_.size()) {
        lines_ = SecretBytes();
        begin_ = searched_ = 0;
    }
    return command;
}

std::size_t CommandReader::waiting_bytes() const {
    return lines_.size() - begin_ + (telnet_ == Telnet::data ? 0U : 1U);
}

}  // namespace consign::ftps
