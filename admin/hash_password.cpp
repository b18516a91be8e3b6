// `consign hash-password`: what to write behind `password:` in a policy.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "admin/command.hpp"
#include "base/evp.hpp"
#include "desk/site/passwords.hpp"

namespace consign::admin {

namespace {

/// Nothing typed is shown, as long as this lives.
class EchoOff {
  public:
    EchoOff() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~EchoOff() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;

    [[nodiscard]] bool is_off() const { return changed_; }

  private:
    termios before_{};
    bool changed_ = false;
};

/// Byte by byte from the descriptor: a buffered stream would keep a copy that nobody wipes.
Outcome<SecretText> read_line() {
    SecretBytes line;
    line.reserve(desk::Passwords::password_limit_bytes + 1);
    for (std::uint8_t byte = 0; ::read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n';) {
        if (line.size() == desk::Passwords::password_limit_bytes)
            return failed(fmt::format("the password is longer than {} bytes; use a shorter one",
                                      desk::Passwords::password_limit_bytes));
        line.push_back(byte);
    }
    return SecretText(as_text(line));
}

Outcome<SecretText> ask_twice() {
    const EchoOff silence;
    // What would show the password on the screen is not asked for it.
    if (!silence.is_off())
        return failed("the terminal goes on showing what is typed; pipe the password in instead");
    fmt::print(stderr, "Password: ");
    auto password = read_line();
    fmt::print(stderr, "\n");
    if (!password) return password;
    fmt::print(stderr, "The same again: ");
    const auto again = read_line();
    fmt::print(stderr, "\n");
    if (!again) return std::unexpected(again.error());
    if (!evp::equal_in_constant_time(as_bytes(password->view()), as_bytes(again->view())))
        return failed("the two are not the same; try again");
    return password;
}

Outcome<> hash_password() {
    const auto password = ::isatty(STDIN_FILENO) == 1 ? ask_twice() : read_line();
    if (!password) return std::unexpected(password.error());
    if (password->view().empty()) return failed("the password is empty; choose one");
    const auto hash = desk::Passwords::hash(*password);
    if (!hash)
        return failed(hash.error() == std::errc::invalid_argument
                          ? "the password holds a NUL byte, which no client can send; use another"
                          : "there is not enough memory to hash it (64 MiB); free some");
    fmt::print("{}\n", *hash);
    return {};
}

}  // namespace

void add_hash_password(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand(
        "hash-password",
        "Make the line for `password:` of an account; asks twice, or reads one line from a pipe");
    verb->callback([&command] { command.verb = hash_password; });
}

}  // namespace consign::admin
