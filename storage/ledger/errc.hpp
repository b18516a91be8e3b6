#pragma once

#include <system_error>

namespace consign::ledger {

enum class ledger_errc {
    no_such_session = 1,
    already_open,              // a session of this id has a row
    not_what_was_vouched_for,  // rows were changed, removed or put back since a checkpoint
    no_chain_id,               // there are rows, and the chain's id is gone: nothing follows them
};

[[nodiscard]] std::error_code make_error_code(ledger_errc code);

}  // namespace consign::ledger

template <>
struct std::is_error_code_enum<consign::ledger::ledger_errc> : std::true_type {};
