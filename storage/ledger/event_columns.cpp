#include "storage/ledger/event_columns.hpp"

#include <utility>

namespace consign::ledger {

Event event_of(const database::Statement& row) {
    Event event;
    event.time = row.time(time_column);
    event.action = static_cast<Action>(row.integer(action_column));
    event.outcome = static_cast<Outcome>(row.integer(outcome_column));
    event.session = row.id(session_column);
    event.account = row.text(account_column);
    event.protocol = row.text(protocol_column);
    event.rule = row.text(rule_column);
    event.detail = row.text(detail_column);
    event.stream = row.id(stream_column);
    event.bytes = row.natural(bytes_column);
    event.count = row.natural(count_column);
    event.policy = row.digest(policy_column);
    return event;
}

bool is_canonical(const database::Statement& row) {
    return std::in_range<std::uint16_t>(row.integer(action_column)) &&
           std::in_range<std::uint8_t>(row.integer(outcome_column)) &&
           row.integer(bytes_column) >= 0 && row.integer(count_column) >= 0 &&
           row.blob(session_column).size() == Id::size_bytes &&
           row.blob(stream_column).size() == Id::size_bytes &&
           row.blob(policy_column).size() == sizeof(Digest32) &&
           row.blob(hash_column).size() == sizeof(Digest32);
}

}  // namespace consign::ledger
