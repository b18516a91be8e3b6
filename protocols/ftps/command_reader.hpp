// Commands out of a control connection's bytes: lines that end with CRLF, or LF alone, in the
// Telnet protocol (RFC 959 section 4.1.3, RFC 854).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <system_error>

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "protocols/ftps/command.hpp"

namespace consign::ftps {

/// Of Telnet, this much is there:
/// - IAC IAC is one byte 0xFF. IAC WILL, WONT, DO and DONT vanish with their option, and IAC with
///   any other command. The end of a line never vanishes, whatever stands before it.
/// - CR NUL is CR. A CR that ends no line stays in it.
/// - A client that sends "IAC IP IAC DM" as urgent data before ABOR may lose one byte of it on the
///   way, where a system takes that out of the stream; which one, depends on the client's system.
///   So a command byte (0xF0 to 0xFF) that begins a line vanishes alone, too.
/// - Inside a line, IAC before what is no command is a byte of the line: older clients send a 0xFF
///   of a Latin-1 name once.
class CommandReader {
  public:
    /// Of a line, without its end.
    static constexpr std::size_t line_limit_bytes = 4096;

    /// Bytes as they come, in any pieces. The caller stops feeding where too many wait.
    void feed(ByteView arrived);

    /// The next line, as parse_command reads it; nothing where none is complete. A line that is too
    /// long is one ftp_codec_errc::line_too_long, once its end has come; its bytes are not kept.
    [[nodiscard]] std::optional<std::expected<Command, std::error_code>> next();

    /// Bytes of lines that were fed and not yet taken. A Telnet command of which only a part came
    /// counts as one, so that 0 means that there is nothing at all.
    [[nodiscard]] std::size_t waiting_bytes() const;

  private:
    enum class Telnet : std::uint8_t { data, command, option };

    /// A line, its CR, and one byte more, which tells that the line is too long.
    static constexpr std::size_t kept_limit_bytes = line_limit_bytes + 2;

    void take(std::uint8_t byte);
    void take_command(std::uint8_t byte);
    void keep(std::uint8_t byte);

    Telnet telnet_ = Telnet::data;
    bool after_cr_ = false;
    std::size_t line_bytes_ = 0;  // kept of the line that is not complete yet
    SecretBytes lines_;           // each with its LF; wiped as soon as it is read
    std::size_t begin_ = 0;       // of the first line that was not read yet
    std::size_t searched_ = 0;    // for an LF, up to here
};

}  // namespace consign::ftps
