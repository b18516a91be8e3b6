// How a verb of the command ends.
#pragma once

#include <expected>
#include <string>

namespace consign::admin {

inline constexpr int exit_failed = 1;
inline constexpr int exit_bad_command_line = 2;
inline constexpr int exit_no_daemon = 3;  // as systemctl status has it

/// One line for standard error: what was wrong; what to do. Empty where all was said already.
struct Failure {
    std::string text;
    int exit_status = exit_failed;
};

template <class T = void>
using Outcome = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> failed(std::string text,
                                                     int exit_status = exit_failed) {
    return std::unexpected<Failure>(Failure{std::move(text), exit_status});
}

}  // namespace consign::admin
