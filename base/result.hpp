// An expected failure is a value: a T, or the std::error_code that says why not.
#pragma once

#include <expected>
#include <system_error>

namespace consign {

template <class T = void>
using Result = std::expected<T, std::error_code>;

/// `return failure(errc::x);` reads as what it is, for every enum that is an error code.
template <class Code>
[[nodiscard]] std::unexpected<std::error_code> failure(Code code) {
    return std::unexpected<std::error_code>(make_error_code(code));
}

[[nodiscard]] inline std::unexpected<std::error_code> failure(std::error_code code) {
    return std::unexpected<std::error_code>(code);
}

}  // namespace consign
