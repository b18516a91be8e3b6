#include "desk/pickups/lease.hpp"

#include "base/fault_point.hpp"
#include "desk/site/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using pickups::pickups_errc;

namespace {

constexpr int notes_within_idle_time = 16;

/// Adjoining parts are one, but parts that were taken up again at any byte are many: past this,
/// what an unlimited retrieval has had is no longer exact.
void bound(ByteSet& bytes) {
    while (bytes.iterative_size() > Lease::parts_limit) bytes.erase(*bytes.rbegin());
}

}  // namespace

Lease::Lease(Session& session, PickupRule rule, const pickups::Pickups::Lease& taken,
             std::uint64_t size_bytes)
    : session_(session),
      rule_(std::move(rule)),
      id_(taken.id),
      size_bytes_(size_bytes),
      note_every_(std::min<std::chrono::microseconds>(
          longest_unnoted, rule_.policy->limits.idle_time / notes_within_idle_time)),
      before_(byte_set(taken.sent)),
      handed_(before_),
      uncertain_(taken.uncertain),
      noted_(session.site().clock.now()),
      noted_bytes_(boost::icl::length(before_)) {}

/// Whoever goes on at a byte had all before it, as far as it can have left since it was last noted.
void Lease::credit_before(std::uint64_t start) {
    std::uint64_t left = unnoted_bytes_limit;
    ByteSet unknown(bytes_between(0, start));
    unknown -= before_;
    while (left > 0 && !unknown.empty()) {
        const auto part = *unknown.rbegin();
        const auto bytes = std::min(left, part.upper() - part.lower());
        credited_ += bytes_between(part.upper() - bytes, part.upper());
        unknown -= part;
        left -= bytes;
    }
}

ByteSet Lease::sent(const ByteSet& served) const {
    return before_ + served;
}

void Lease::leaving(const ByteSet& bytes) {
    if (is_limited()) before_ += bytes;
}

bool Lease::is_all_sent(const ByteSet& served) const {
    return boost::icl::length(sent(served)) == size_bytes_;
}

bool Lease::is_used_up(const ByteSet& served) const {
    return is_limited() && size_bytes_ > 0 &&
           boost::icl::length(sent(served) + credited_) == size_bytes_;
}

pickups::Pickups::Progress Lease::progress(const ByteSet& sent, Timestamp now) const {
    return {.id = id_,
            .session = session_.id(),
            .sent = parts_of(sent),
            .counted = counted_,
            .uncertain = uncertain_ || !boost::icl::contains(sent, credited_),
            .now = now};
}

asio::awaitable<Result<>> Lease::before_read(ByteSet asked, const ByteSet& served) {
    asked &= bytes_between(0, size_bytes_);
    if (!asked.empty() && std::exchange(uncertain_, false) && is_limited())
        credit_before(asked.begin()->lower());
    handed_ += asked;
    if (is_limited() && handed_.iterative_size() > parts_limit)
        co_return failure(desk_errc::too_scattered);
    bound(handed_);
    if (rule_.pickup == &without_rules) co_return Result<>{};
    const Timestamp now = session_.site().clock.now();
    const bool is_last =
        is_limited() && !counted_ && boost::icl::length(handed_ + credited_) == size_bytes_;
    const bool is_far = is_limited() && !counted_ &&
                        boost::icl::length(handed_) >= noted_bytes_ + unnoted_bytes_limit;
    if (!is_last && !is_far && std::chrono::abs(now - noted_) < note_every_) co_return Result<>{};

    counted_ = counted_ || is_last;
    const ByteSet left = counted_ ? handed_ : sent(served);
    auto noted = progress(left, now);
    fault_point("pickup.noting");
    const auto done = co_await session_.site().store.write([&](Transaction& transaction) {
        auto in_hand = transaction.pickups.note(noted);
        fault_point("pickup.noted");
        return in_hand;
    });
    fault_point("pickup.note_durable");
    if (done) {
        noted_ = now;
        noted_bytes_ = boost::icl::length(left);
        co_return Result<>{};
    }
    if (is_last) counted_ = false;
    if (done.error() == pickups_errc::lease_lost) {
        if (is_limited()) co_return failure(desk_errc::download_lapsed);
        co_return Result<>{};
    }
    co_return failure(done.error());
}

Result<> Lease::complete(Transaction& transaction, Timestamp now) {
    return transaction.pickups.complete(id_, session_.id(), now);
}

Result<bool> Lease::put_down(Transaction& transaction, const ByteSet& served, Timestamp now) {
    ByteSet all = sent(served);
    // All of it has left, and whoever never closes would fetch for ever.
    counted_ = is_used_up(served);
    bound(all);
    return transaction.pickups.put_down(progress(all, now));
}

}  // namespace consign::desk
