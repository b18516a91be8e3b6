// How old the algorithms are that a listener offers, or that a session agreed on. A profile is
// chosen per listener, because algorithms are agreed before the account is known; what each of them
// holds stands in base/ssh_algorithms.hpp and base/tls_algorithms.hpp.
#pragma once

#include <cstdint>
#include <string_view>

namespace consign {

/// Each takes in the one before.
enum class AlgorithmProfile : std::uint8_t {
    modern,
    compatible,  // old, and nothing in it is broken
    legacy,      // broken: for accounts with a live exception alone
};

[[nodiscard]] constexpr std::string_view name_of(AlgorithmProfile profile) {
    switch (profile) {
        case AlgorithmProfile::modern:
            return "modern";
        case AlgorithmProfile::compatible:
            return "compatible";
        case AlgorithmProfile::legacy:
            return "legacy";
    }
    return "unknown";
}

}  // namespace consign
