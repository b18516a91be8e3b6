// How a key is named, and what it is for.
#pragma once

#include <cstdint>

namespace consign::keyring {

/// What a key is for. Each purpose has one current key; those of the ledger have one a calendar
/// month, UTC. Older ones stay as long as something is sealed under them. The number stands in the
/// keyring's authenticated form: never reuse or reorder one.
enum class Purpose : std::uint8_t {
    content = 1,
    name = 2,
    index = 3,
    ledger_period = 4,  // a month's access: logins, refusals, listings, sessions' addresses
    file_trace = 5      // a month's events about files
};

[[nodiscard]] constexpr bool is_of_a_month(Purpose purpose) {
    return purpose == Purpose::ledger_period || purpose == Purpose::file_trace;
}

/// Names a key for good: it stands in sealed files, cells and rows. Never zero, never reused.
using KeyId = std::uint32_t;

}  // namespace consign::keyring
