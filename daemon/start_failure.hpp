// A start that fails, in words for the administrator; they name files of the system, and no peer's.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

#include "base/result.hpp"

namespace consign::daemon {

struct StartFailure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <class T>
T required(Result<T> result, std::string_view what) {
    if (!result) throw StartFailure(fmt::format("{}: {}", what, result.error().message()));
    return std::move(*result);
}

inline void required(const Result<>& result, std::string_view what) {
    if (!result) throw StartFailure(fmt::format("{}: {}", what, result.error().message()));
}

}  // namespace consign::daemon
