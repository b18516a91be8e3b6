// The way of an event into the ledger. A file of its own: bench/ledger_cost_bench.cpp holds it
// against another definition, which does without chain, commitments, seals and index.
#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/ledger/commitment.hpp"
#include "storage/ledger/event_row.hpp"
#include "storage/ledger/ledger.hpp"
#include "storage/ledger/row.hpp"

namespace consign::ledger {

Result<std::optional<Bytes>> Ledger::seal_personal(std::int64_t sequence, const Event& event,
                                                   ByteView openings) {
    const auto key =
        keys_.period_key_for(event.time, event.stream.is_nil() ? keyring::Purpose::ledger_period
                                                               : keyring::Purpose::file_trace);
    if (!key) return failure(key.error());
    auto cell = cells_.seal(personal_cell(sequence), *key, openings);
    if (!cell) return failure(cell.error());
    return std::move(*cell);
}

Result<Ledger::Head> Ledger::end() {
    if (*end_) return **end_;
    const auto chain_id = chain_or_new();
    if (!chain_id) return failure(chain_id.error());
    return head(*chain_id);
}

Result<std::int64_t> Ledger::append(const Event& event) {
    const auto last = end();
    if (!last) return failure(last.error());

    const std::int64_t sequence = last->sequence + 1;
    const auto fields = salted(event.personal, random_);
    const Bytes committed = commitments(fields);
    std::optional<Bytes> personal;
    if (!fields.empty()) {
        auto sealed = seal_personal(sequence, event, openings(fields));
        if (!sealed) return failure(sealed.error());
        personal = std::move(*sealed);
    }
    const Digest32 hash =
        chain_hash(last->hash, row_bytes(last->chain, sequence, event, committed));
    const auto done = connection_.run(
        "INSERT INTO events (sequence, time, action, outcome, session, account, protocol, rule,"
        " detail, stream, bytes, count, policy, commitments, personal, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        sequence, event.time, std::int64_t{std::to_underlying(event.action)},
        std::int64_t{std::to_underlying(event.outcome)}, event.session, event.account,
        event.protocol, event.rule, event.detail, event.stream, event.bytes, event.count,
        event.policy, committed, personal, hash);
    if (!done) return failure(done.error());
    *end_ = Head{last->chain, sequence, hash};
    if (personal)
        if (auto indexed = index_.add(database::key_of_cell(*personal), sequence, event); !indexed)
            return failure(indexed.error());
    return sequence;
}

}  // namespace consign::ledger
