#include "desk/deposits/still_waiting.hpp"

#include "desk/deposits/router.hpp"
#include "desk/retention/clock_guard.hpp"
#include "desk/site/alarm.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

/// When the latest of those came that were told of, in microseconds.
constexpr std::string_view told_until = "waiting_told_until";

Result<catalog::Waiting> untold(Transaction& transaction, Timestamp until) {
    const auto told = transaction.bookmarks.find(told_until);
    if (!told) return failure(told.error());
    const Timestamp after{Timestamp::duration(told->value_or(0))};
    return transaction.catalog.waiting_since(after, until, Alarm::streams_limit);
}

}  // namespace

asio::awaitable<void> tell_of_still_waiting(Site& site) {
    const auto policy = site.policy.current();
    const Timestamp until = site.clock.now() - policy->limits.unfinished_uploads_kept;
    const auto any = co_await site.store.read(
        [&](Transaction& transaction) { return untold(transaction, until); });
    if (any && any->files == 0) co_return;
    // A clock that is ahead would tell of all that wait, and those that are late never again.
    if (const auto believed = co_await believe_clock(site); !believed || !*believed) co_return;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto waiting = untold(transaction, until);
        if (!waiting) return failure(waiting.error());
        if (waiting->files == 0) return {};
        if (auto noted =
                transaction.bookmarks.set(told_until, waiting->latest.time_since_epoch().count());
            !noted)
            return noted;
        return raise_alarm(site, transaction, *policy, router_account,
                           {.what = "deposits_wait",
                            .alerts = policy->alert,
                            .streams = waiting->streams,
                            .counts = {{"files", waiting->files}}});
    });
    if (!done)
        site.log.error("deposits that wait for too long could not be told of",
                       {{"why", done.error()}});
}

}  // namespace consign::desk
