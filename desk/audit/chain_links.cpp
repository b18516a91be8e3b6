#include "desk/audit/chain_links.hpp"

#include "desk/audit/checkpoint.hpp"

namespace consign::desk {

using ledger::Marker;

namespace {

/// After a change of the witness key, the old one's checkpoints may stand in between: so many are
/// looked at.
constexpr std::size_t checkpoints_looked_at = 16;

}  // namespace

Result<std::optional<Marker>> ChainLinks::before(std::int64_t sequence) {
    const auto hash = transaction_.ledger.hash_of(sequence - 1);
    if (!hash) return failure(hash.error());
    if (!*hash) return std::nullopt;
    return Marker{sequence - 1, **hash};
}

Result<bool> ChainLinks::holds(std::int64_t sequence) {
    if (const auto known = held_.find(sequence); known != held_.end()) return known->second;
    const auto start = before(sequence);
    if (!start) return failure(start.error());
    bool holds = false;
    if (*start) {
        const auto reached = transaction_.ledger.follow(**start, 1);
        if (!reached) return failure(reached.error());
        holds = *reached && (*reached)->sequence == sequence;
    }
    return held_[sequence] = holds;
}

/// The next checkpoint over the row that this site's key signed.
Result<std::optional<Marker>> ChainLinks::next_vouched(std::int64_t sequence) {
    const auto head = transaction_.ledger.head();
    if (!head) return failure(head.error());
    if (!*head) return std::nullopt;
    const auto kept = transaction_.ledger.checkpoints(sequence - 1, checkpoints_looked_at);
    if (!kept) return failure(kept.error());
    for (const auto& one : *kept) {
        if (one.sequence - sequence >= follow_limit) break;
        const auto verified = verified_checkpoint(one.text, one.signature);
        if (verified && verified->signer == witness_ &&
            verified->checkpoint.chain == (*head)->chain &&
            verified->checkpoint.sequence == one.sequence)
            return Marker{one.sequence, verified->checkpoint.hash};
    }
    return std::nullopt;
}

Result<ChainLinks::Standing> ChainLinks::follow(std::int64_t sequence) {
    const auto alone = holds(sequence);
    if (!alone) return failure(alone.error());
    if (!*alone) return Standing::altered;
    const auto vouched = next_vouched(sequence);
    if (!vouched) return failure(vouched.error());
    if (!*vouched) return Standing::on_its_own;
    const auto start = before(sequence);
    if (!start) return failure(start.error());
    if (!*start) return Standing::altered;
    const auto rows = static_cast<std::size_t>((*vouched)->sequence - (*start)->sequence);
    const auto reached = transaction_.ledger.follow(**start, rows);
    if (!reached) return failure(reached.error());
    const bool is_there = *reached && (*reached)->sequence == (*vouched)->sequence &&
                          (*reached)->hash == (*vouched)->hash;
    return is_there ? Standing::vouched : Standing::altered;
}

Result<ChainLinks::Standing> ChainLinks::standing(std::int64_t sequence) {
    if (const auto known = followed_.find(sequence); known != followed_.end()) return known->second;
    const auto found = follow(sequence);
    if (found) followed_[sequence] = *found;
    return found;
}

}  // namespace consign::desk
