#include "desk/retention/clock_guard.hpp"

#include <fmt/format.h>

#include "base/fault_point.hpp"
#include "desk/site/alarm.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using terms::ClockState;

namespace {

constexpr Literal account = "system:retention";

enum class Sight : std::uint8_t { right, slightly_behind, wrong };

Sight sight_of(const ClockState& state, Timestamp now, std::chrono::seconds guard) {
    if (!state.seen) return Sight::right;
    if (now > *state.seen + guard || now < *state.seen - clock_tolerance) return Sight::wrong;
    return now < *state.seen ? Sight::slightly_behind : Sight::right;
}

std::string words_of(const ClockState& state, Timestamp now) {
    return fmt::format("the clock shows {}, and what was seen last is {}", rfc3339(now),
                       rfc3339(*state.seen));
}

Result<> tell(Site& site, Transaction& transaction, const policy::Policy& policy, bool mended,
              std::string words) {
    auto event = system_event(site, ledger::Action::clock_guarded, account);
    event.policy = policy.hash;
    event.outcome = mended ? ledger::Outcome::granted : ledger::Outcome::refused;
    event.detail = std::move(words);
    if (auto appended = append(transaction, event); !appended) return appended;
    return raise_alarm(site, transaction, policy, account,
                       {.what = "clock_not_believed", .alerts = policy.alert, .mended = mended});
}

/// True where it is believed.
Result<bool> judge(Site& site, Transaction& transaction, Timestamp now) {
    const auto policy = site.policy.current();
    const auto state = transaction.terms.clock();
    if (!state) return failure(state.error());
    const Sight sight = sight_of(*state, now, policy->clock_guard);
    if (sight == Sight::wrong) {
        if (state->stopped) return false;
        if (auto set = transaction.terms.set_clock({.seen = state->seen, .stopped = now}); !set)
            return failure(set.error());
        if (auto told = tell(site, transaction, *policy, false,
                             words_of(*state, now) +
                                 ": nothing is destroyed until it is confirmed or right again");
            !told)
            return failure(told.error());
        return false;
    }
    const Timestamp seen = state->seen ? std::max(*state->seen, now) : now;
    if (auto set = transaction.terms.set_clock({.seen = seen, .stopped = {}}); !set)
        return failure(set.error());
    if (state->stopped)
        if (auto told = tell(site, transaction, *policy, true, "the clock is right again"); !told)
            return failure(told.error());
    return sight == Sight::right;
}

}  // namespace

asio::awaitable<Result<bool>> believe_clock(Site& site) {
    co_return co_await believe_clock(site, site.clock.now());
}

asio::awaitable<Result<bool>> believe_clock(Site& site, Timestamp now) {
    const auto state = co_await site.store.read(
        [](Transaction& transaction) { return transaction.terms.clock(); });
    if (!state) co_return failure(state.error());
    if (!state->stopped && state->seen && now >= *state->seen &&
        now - *state->seen < std::min<std::chrono::microseconds>(
                                 clock_seen_interval, site.policy.current()->clock_guard))
        co_return true;
    fault_point("retention.judging_clock");
    const auto believed = co_await site.store.write(
        [&](Transaction& transaction) { return judge(site, transaction, now); });
    fault_point("retention.judged_clock");
    co_return believed;
}

Result<bool> is_believed(Transaction& transaction, const policy::Policy& policy, Timestamp now) {
    const auto state = transaction.terms.clock();
    if (!state) return failure(state.error());
    return !state->stopped && sight_of(*state, now, policy.clock_guard) != Sight::wrong;
}

Result<> confirm_clock(Site& site, Transaction& transaction, const std::string& administrator) {
    const auto state = transaction.terms.clock();
    if (!state) return failure(state.error());
    const Timestamp now = site.clock.now();
    if (auto set = transaction.terms.set_clock({.seen = now, .stopped = {}}); !set) return set;
    auto event = administrator_act(site, administrator, "retention confirm-clock");
    event.action = ledger::Action::clock_guarded;
    event.detail = fmt::format("confirmed: it is {}", rfc3339(now));
    if (auto appended = append(transaction, event); !appended) return appended;
    if (!state->stopped) return {};
    const auto policy = site.policy.current();
    return raise_alarm(site, transaction, *policy, account,
                       {.what = "clock_not_believed", .alerts = policy->alert, .mended = true});
}

}  // namespace consign::desk
