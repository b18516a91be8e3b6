#pragma once

#include <system_error>

namespace consign::queue {

enum class queue_errc {
    no_such_job = 1,  // it has ended
};

[[nodiscard]] std::error_code make_error_code(queue_errc code);

}  // namespace consign::queue

template <>
struct std::is_error_code_enum<consign::queue::queue_errc> : std::true_type {};
