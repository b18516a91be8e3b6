// An event written as most programs would: the same row under the same indexes, its personal fields
// in clear, and neither chain nor commitments, seals or search tokens. It takes the place of
// storage/ledger/append.cpp in ledger_cost_plain.
#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/ledger/ledger.hpp"

namespace consign::ledger {

Result<std::int64_t> Ledger::append(const Event& event) {
    Bytes clear;
    const Personal& personal = event.personal;
    for (const std::string* const field : {&personal.path, &personal.second_path, &personal.address,
                                           &personal.sha256, &personal.subject})
        ByteWriter(clear).string(*field);
    if (!*end_) {
        const auto last = last_sequence();
        if (!last) return failure(last.error());
        *end_ = Head{.chain = {}, .sequence = *last};
    }
    const std::int64_t sequence = (*end_)->sequence + 1;
    const auto done = connection_.run(
        "INSERT INTO events (sequence, time, action, outcome, session, account, protocol, rule,"
        " detail, stream, bytes, count, policy, commitments, personal, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, x'', ?, x'')",
        sequence, event.time, std::int64_t{std::to_underlying(event.action)},
        std::int64_t{std::to_underlying(event.outcome)}, event.session, event.account,
        event.protocol, event.rule, event.detail, event.stream, event.bytes, event.count,
        event.policy, clear);
    if (!done) return failure(done.error());
    (*end_)->sequence = sequence;
    return sequence;
}

}  // namespace consign::ledger
