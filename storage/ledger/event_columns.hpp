// The columns of an event's row, and the event that stands in them.
#pragma once

#include "base/log.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/ledger/event.hpp"

namespace consign::ledger {

/// Its columns are EventColumn's, in that order.
inline constexpr Literal select_events(
    "SELECT sequence, time, action, outcome, session, account, protocol, rule, detail, stream,"
    " bytes, count, policy, commitments, personal, hash FROM events");

enum EventColumn : int {
    sequence_column,
    time_column,
    action_column,
    outcome_column,
    session_column,
    account_column,
    protocol_column,
    rule_column,
    detail_column,
    stream_column,
    bytes_column,
    count_column,
    policy_column,
    commitments_column,
    personal_column,
    hash_column,
};

/// All but the personal fields.
[[nodiscard]] Event event_of(const database::Statement& row);

/// True where event_of gives exactly what stands in the columns. A number that it would narrow,
/// say, would hash as before, and yet escape a filter.
[[nodiscard]] bool is_canonical(const database::Statement& row);

}  // namespace consign::ledger
