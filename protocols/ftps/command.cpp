#include "protocols/ftps/command.hpp"

#include <algorithm>
#include <cstring>

#include "protocols/ftps/codec_errc.hpp"

namespace consign::ftps {

namespace {

bool is_letter(char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

bool is_verb(std::string_view word) {
    return !word.empty() && is_letter(word.front()) && std::ranges::all_of(word, [](char byte) {
        return is_letter(byte) || (byte >= '0' && byte <= '9');
    });
}

char upper(char byte) {
    return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
}

}  // namespace

void wipe(std::string& text) {
    text.resize(text.capacity());
    explicit_bzero(text.data(), text.size());
    text.clear();
}

Command& Command::operator=(Command&& other) noexcept {
    if (this == &other) return *this;
    wipe(argument);
    verb = std::move(other.verb);
    argument = std::move(other.argument);
    wipe(other.argument);
    return *this;
}

Result<Command> parse_command(std::string_view line) {
    const auto space = line.find(' ');
    const std::string_view verb = line.substr(0, space);
    if (!is_verb(verb) || line.contains('\0')) return failure(ftp_codec_errc::not_a_command);
    Command command;
    command.verb.resize(verb.size());
    std::ranges::transform(verb, command.verb.begin(), upper);
    if (space != std::string_view::npos) command.argument = line.substr(space + 1);
    return command;
}

}  // namespace consign::ftps
