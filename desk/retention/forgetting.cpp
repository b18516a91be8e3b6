#include "desk/retention/forgetting.hpp"

#include <algorithm>
#include <utility>

#include "base/fault_point.hpp"
#include "base/offload.hpp"
#include "desk/retention/clock_guard.hpp"
#include "desk/retention/retention.hpp"
#include "desk/site/system_event.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using keyring::PeriodKey;
using keyring::Purpose;
using ledger::Period;
using ledger::TracePlace;
using std::chrono::microseconds;

namespace {

/// The last moment of a month, UTC.
Timestamp last_of(std::chrono::year_month month) {
    return keyring::start_of(month + std::chrono::months(1)) - microseconds(1);
}

ledger::Event told(const Site& site) {
    auto event = system_event(site, ledger::Action::fields_forgotten, "system:ledger");
    event.policy = site.policy.current()->hash;
    return event;
}

}  // namespace

Timestamp end_of_period(std::chrono::year_month month, const policy::Span& keep,
                        std::string_view zone) {
    return policy::end_of_term(last_of(month), keep, zone);
}

Timestamp forgettable_until(Timestamp now, const policy::Span& keep, std::string_view zone) {
    // Terms that begin later end later, or at the same time: so it is found by halving.
    Timestamp gone =
        now - std::chrono::days(31 * std::int64_t{keep.months} + keep.days + 3) - keep.seconds;
    Timestamp kept = now + microseconds(1);
    while (kept - gone > microseconds(1)) {
        const Timestamp middle = gone + (kept - gone) / 2;
        (policy::end_of_term(middle, keep, zone) <= now ? gone : kept) = middle;
    }
    return gone;
}

bool forgets_sooner(const policy::Policy& before, const policy::Policy& after, Timestamp now) {
    if (!after.ledger.keep) return false;
    if (!before.ledger.keep) return true;
    return policy::end_of_term(now, *after.ledger.keep, after.zone) <
           policy::end_of_term(now, *before.ledger.keep, before.zone);
}

asio::awaitable<Result<std::optional<ForgettingPass::Due>>> ForgettingPass::due() {
    const auto policy = site_.policy.current();
    const Due due{.now = site_.clock.now(),
                  .until = policy->ledger.keep
                               ? std::optional(forgettable_until(
                                     site_.clock.now(), *policy->ledger.keep, policy->zone))
                               : std::nullopt};
    const auto in_force = co_await site_.store.read(
        [&](Transaction& transaction) { return is_in_force(transaction, *policy); });
    if (!in_force) co_return failure(in_force.error());
    const auto believed = co_await believe_clock(site_, due.now);
    if (!believed) co_return failure(believed.error());
    put_off_ = !*in_force || !*believed;
    if (put_off_) co_return std::nullopt;
    co_return due;
}

Result<bool> ForgettingPass::may_still(Transaction& transaction, Timestamp now) const {
    const auto policy = site_.policy.current();
    const auto in_force = is_in_force(transaction, *policy);
    if (!in_force || !*in_force) return in_force;
    return is_believed(transaction, *policy, now);
}

asio::awaitable<Result<bool>> ForgettingPass::step() {
    const auto due = co_await this->due();
    if (!due) co_return failure(due.error());
    if (!*due) co_return false;
    Result<> done;
    switch (part_) {
        case Part::traces:
            done = co_await forget_traces(**due);
            break;
        case Part::periods:
            done = co_await forget_a_period(**due);
            break;
        case Part::entries:
            done = co_await drop_entries();
            break;
        case Part::none:
            break;
    }
    if (!done) co_return failure(done.error());
    co_return part_ != Part::none;
}

asio::awaitable<Result<>> ForgettingPass::forget_traces(const Due& due) {
    if (!due.until) {
        part_ = Part::periods;
        co_return Result<>{};
    }
    const auto found = co_await site_.store.read([&](Transaction& transaction) {
        return transaction.forgetting.ended_traces(place_, *due.until, traces_looked_at_once);
    });
    if (!found) co_return failure(found.error());
    fault_point("forgetting.looked");
    for (std::size_t done = 0; done < found->rows.size(); done += traces_forgotten_at_once) {
        const auto from = found->rows.begin() + static_cast<std::ptrdiff_t>(done);
        const auto count = std::min(traces_forgotten_at_once, found->rows.size() - done);
        std::vector<std::int64_t> some(from, from + static_cast<std::ptrdiff_t>(count));
        if (auto forgotten = co_await forget_some(std::move(some), due); !forgotten)
            co_return forgotten;
    }
    if (found->next)
        place_ = *found->next;
    else
        part_ = Part::periods;
    co_return Result<>{};
}

asio::awaitable<Result<>> ForgettingPass::forget_some(std::vector<std::int64_t> rows,
                                                      const Due& due) {
    const auto done = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        const auto may = may_still(transaction, due.now);
        if (!may || !*may) return may ? Result<>() : failure(may.error());
        const auto forgotten = transaction.forgetting.forget_traces(rows, *due.until);
        if (!forgotten) return failure(forgotten.error());
        fault_point("forgetting.overwriting");
        if (forgotten->rows == 0) return {};
        auto event = told(site_);
        event.count = forgotten->rows;
        event.detail = ledger::traces_forgotten(forgotten->by_month);
        return append(transaction, event);
    });
    fault_point("forgetting.overwritten");
    co_return done;
}

asio::awaitable<Result<>> ForgettingPass::forget_a_period(const Due& due) {
    const auto periods = co_await site_.store.read(
        [](Transaction& transaction) { return transaction.forgetting.periods(); });
    if (!periods) co_return failure(periods.error());
    const auto next = std::ranges::find_if(*periods, [&](const Period& period) {
        // What the ledger has told is done, also where `keep` is longer by now.
        const bool is_over = due.until && last_of(period.key.month) <= *due.until;
        return period.key.id > period_ && !period.forgotten && (period.told || is_over);
    });
    if (next == periods->end()) {
        part_ = Part::entries;
        co_return Result<>{};
    }
    co_return co_await end(*next, due);
}

asio::awaitable<Result<>> ForgettingPass::end(const Period& period, const Due& due) {
    const PeriodKey& key = period.key;
    if (key.purpose == Purpose::ledger_period && !period.told) {
        const auto moved = co_await site_.store.write([&](Transaction& transaction) {
            return transaction.forgetting.move_traces(key, moving_.value_or(TracePlace{}),
                                                      traces_forgotten_at_once);
        });
        if (!moved) co_return failure(moved.error());
        fault_point("forgetting.moved");
        moving_ = *moved;
        if (moving_) co_return Result<>{};
    }
    const auto decided = period.told ? Result<bool>(true) : co_await tell(key, due);
    if (!decided) co_return failure(decided.error());
    if (*decided) {
        const auto destroyed = co_await destroy(key, due);
        if (!destroyed) co_return failure(destroyed.error());
    }
    period_ = key.id;
    co_return Result<>{};
}

asio::awaitable<Result<bool>> ForgettingPass::tell(const PeriodKey& key, const Due& due) {
    auto event = told(site_);
    const bool is_access = key.purpose == Purpose::ledger_period;
    if (is_access) {
        const auto access = co_await site_.store.read(
            [&](Transaction& transaction) { return transaction.forgetting.access_under(key); });
        if (!access) co_return failure(access.error());
        event.count = std::max<std::uint64_t>(access->events + access->sessions, 1);
        event.detail = ledger::access_forgotten(keyring::period_text(key.month), access->events,
                                                access->sessions);
    } else {
        event.detail = ledger::traces_key_forgotten(keyring::period_text(key.month));
    }
    const auto decided = co_await site_.store.write([&](Transaction& transaction) -> Result<bool> {
        const auto may = may_still(transaction, due.now);
        if (!may || !*may) return may;
        const auto needed = transaction.forgetting.is_needed(key);
        if (!needed) return failure(needed.error());
        if (*needed) return false;
        if (auto noted = transaction.forgetting.tell(key, due.now); !noted)
            return failure(noted.error());
        fault_point("forgetting.telling");
        if (auto appended = append(transaction, event); !appended) return failure(appended.error());
        return true;
    });
    fault_point("forgetting.told");
    co_return decided;
}

asio::awaitable<Result<bool>> ForgettingPass::destroy(const PeriodKey& key, const Due& due) {
    const auto destroyed =
        co_await site_.store.write([&](Transaction& transaction) -> Result<bool> {
            const auto may = may_still(transaction, due.now);
            if (!may || !*may) return may;
            const auto gone = transaction.forgetting.destroy(key, due.now);
            fault_point("forgetting.destroying");
            return gone;
        });
    fault_point("forgetting.destroyed");
    co_return destroyed;
}

asio::awaitable<Result<>> ForgettingPass::drop_entries() {
    const auto more = co_await site_.store.write([](Transaction& transaction) {
        return transaction.forgetting.drop_entries(entries_dropped_at_once);
    });
    if (!more) co_return failure(more.error());
    fault_point("forgetting.dropped");
    if (!*more) part_ = Part::none;
    co_return Result<>{};
}

asio::awaitable<Result<bool>> cut_log(Site& site) {
    const auto asked = co_await site.store.read(
        [](Transaction& transaction) { return transaction.forgetting.log_is_to_be_cut(); });
    if (!asked) co_return failure(asked.error());
    if (!*asked) co_return true;
    auto cut = [&site] { return site.store.database().truncate_log(); };
    const auto done = co_await offload(site.store.pool(), cut);
    if (!done || !*done) co_return done;
    fault_point("forgetting.cut");
    const auto noted = co_await site.store.write(
        [](Transaction& transaction) { return transaction.forgetting.log_is_cut(); });
    if (!noted) co_return failure(noted.error());
    co_return true;
}

}  // namespace consign::desk
