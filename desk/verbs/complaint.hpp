// What an administrator is told where a verb cannot be carried out: what was wrong; what to do.
#pragma once

#include <fmt/format.h>

#include <expected>
#include <string>
#include <system_error>
#include <utility>

namespace consign::desk {

[[nodiscard]] inline std::unexpected<std::string> complaint(std::string text) {
    return std::unexpected<std::string>(std::move(text));
}

[[nodiscard]] inline std::unexpected<std::string> storage_complaint(std::error_code code) {
    return complaint(
        fmt::format("the store could not do it: {}; look at consignd's log", code.message()));
}

/// Of what a stop of the daemon ended before it was done.
[[nodiscard]] inline std::unexpected<std::string> stop_complaint() {
    return storage_complaint(std::make_error_code(std::errc::operation_canceled));
}

}  // namespace consign::desk
