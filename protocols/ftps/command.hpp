// A command: a verb and its argument (RFC 959 section 5.3).
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace consign::ftps {

/// Overwrites all of the text's memory, also what an earlier, longer or moved-away value left in
/// it; empty afterwards.
void wipe(std::string& text);

/// The argument may be a password: whatever memory this object had it in is wiped, when it is
/// moved away and when it is destroyed. A string that it is moved into is its holder's to wipe.
struct Command {
    std::string verb;      // in upper case
    std::string argument;  // as typed behind one space; further spaces belong to it

    Command() = default;
    Command(Command&& other) noexcept
        : verb(std::move(other.verb)), argument(std::move(other.argument)) {
        wipe(other.argument);
    }
    Command& operator=(Command&& other) noexcept;
    ~Command() { wipe(argument); }
};

/// Reads a line without its end. A verb is a word of ASCII letters and digits that begins with a
/// letter. ftp_codec_errc::not_a_command: there is none, or a NUL somewhere: a NUL would end a
/// name, or a password, early for whoever hands it to C.
[[nodiscard]] Result<Command> parse_command(std::string_view line);

}  // namespace consign::ftps
