#include "daemon/workers/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/fault_point.hpp"
#include "desk/retention/clock_guard.hpp"
#include "desk/site/alarm.hpp"
#include "desk/site/system_event.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
using desk::Expected;
using expectations::Judged;
using expectations::Kind;
using expectations::State;

namespace {

constexpr Literal account("system:expectations");
constexpr std::size_t missing_limit = 10'000;

Literal word_of(Kind kind) {
    return kind == Kind::pickup ? Literal("pickup_missing") : Literal("deposit_missing");
}

desk::Alarm alarm_about(const Expected& expected, std::uint64_t files, std::uint64_t deadlines) {
    desk::Alarm alarm{.what = word_of(expected.kind),
                      .alerts = expected.alert,
                      .rule = expected.rule.text(),
                      .subject = expected.name};
    if (expected.kind == Kind::pickup) {
        alarm.counts = {{"uncollected", files}};
    } else {
        alarm.counts = {{"files", files}, {"expected", expected.wanted}};
    }
    if (deadlines > 1) alarm.counts.emplace("deadlines", deadlines);
    return alarm;
}

}  // namespace

asio::awaitable<void> Expectations::run() {
    while (!stopping_) {
        const Timestamp next = co_await round();
        if (stopping_) co_return;
        const auto left = std::max<std::chrono::microseconds>(next - site_.clock.now(),
                                                              std::chrono::milliseconds(1));
        timer_.expires_after(std::min<std::chrono::microseconds>(longest_wait, left));
        boost::system::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

void Expectations::stop() {
    stopping_ = true;
    timer_.cancel();
}

asio::awaitable<Timestamp> Expectations::round() {
    const auto policy = site_.policy.current();
    const auto all = desk::expected_of(*policy);
    const Timestamp now = site_.clock.now();
    Timestamp next = now + longest_wait;
    const auto believed = co_await site_.store.read(
        [&](Transaction& transaction) { return desk::is_believed(transaction, *policy, now); });
    if (!believed)
        site_.log.error("whether the clock is believed could not be read",
                        {{"why", believed.error()}});
    if (!believed || !*believed) co_return next;
    // First, while the last deadline judged is the one that what came until now is late for.
    if (const auto looked = co_await look_for_missing(*policy, all, now); !looked)
        site_.log.error("what is missing could not be looked for", {{"why", looked.error()}});
    for (const Expected& expected : all) {
        if (stopping_) co_return next;
        const auto judged = co_await judge(*policy, expected, now);
        if (judged)
            next = std::min(next, *judged);
        else
            site_.log.error("an expectation could not be judged", {{"why", judged.error()}});
    }
    co_return next;
}

asio::awaitable<Result<std::optional<Timestamp>>> Expectations::judged_last(
    const policy::Policy& policy, const Expected& expected, Timestamp now) {
    const auto find = [&](Transaction& transaction) {
        return transaction.expectations.last(expected.kind, expected.name);
    };
    const auto last = co_await site_.store.read(find);
    if (!last || !*last || **last <= now + ahead_days) co_return last;
    auto event = desk::system_event(site_, ledger::Action::clock_guarded, account);
    event.policy = policy.hash;
    event.rule = expected.rule.text();
    fault_point("expectations.forgetting");
    const auto done = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        const auto gone = transaction.expectations.forget_after(expected.kind, expected.name, now);
        if (!gone) return failure(gone.error());
        fault_point("expectations.dropped");
        event.detail = fmt::format(
            "{} judgements of deadlines that are yet to come were dropped: the clock was ahead",
            *gone);
        return desk::append(transaction, event);
    });
    fault_point("expectations.forgotten");
    if (!done) co_return failure(done.error());
    co_return co_await site_.store.read(find);
}

asio::awaitable<Result<Timestamp>> Expectations::judge(const policy::Policy& policy,
                                                       const Expected& expected, Timestamp now) {
    const auto last = co_await judged_last(policy, expected, now);
    if (!last) co_return failure(last.error());
    std::vector<Judged> due;
    const auto put = [&](Timestamp deadline, policy::CountedTime counted, State state) {
        due.push_back({.kind = expected.kind,
                       .name = expected.name,
                       .deadline = deadline,
                       .counted_from = counted.from,
                       .counted_until = counted.until,
                       .state = state,
                       .wanted = expected.wanted});
    };
    Timestamp known = last->value_or(now);
    if (!*last) {
        // It is new: what was due before is nobody's to judge.
        known = policy::previous_deadline(expected.expect, now).value_or(now);
        put(known, {known, known}, State::unwatched);
    }
    auto deadline = policy::next_deadline(expected.expect, std::max(known, now - kept_days));
    for (; deadline && *deadline <= now;
         deadline = policy::next_deadline(expected.expect, *deadline))
        put(*deadline, policy::counted_time(expected.expect, expected.window, *deadline),
            State::on_time);
    if (due.size() > deadlines_limit)
        due.erase(due.begin(), due.end() - static_cast<std::ptrdiff_t>(deadlines_limit));
    if (!due.empty())
        if (auto settled = co_await settle(policy, expected, std::move(due), now); !settled)
            co_return failure(settled.error());
    co_return deadline.value_or(Timestamp::max());
}

asio::awaitable<Result<>> Expectations::settle(const policy::Policy& policy,
                                               const Expected& expected, std::vector<Judged> judged,
                                               Timestamp now) {
    std::uint64_t missing = 0, files = 0;
    for (auto at = judged.begin(); at != judged.end(); ++at) {
        Judged& one = *at;
        if (one.state == State::unwatched) continue;
        const auto count = co_await desk::count_files(site_, policy, expected,
                                                      {one.counted_from, one.counted_until});
        if (!count) co_return failure(count.error());
        one.files = *count;
        if (desk::is_met(expected, one.files)) continue;
        one.state = State::missing;
        if (one.kind == Kind::deposit && std::next(at) != judged.end()) {
            // Nobody looks again whether it came by the next deadline, for that has passed, too.
            const auto later = co_await desk::count_files(
                site_, policy, expected, {one.counted_from, std::next(at)->deadline});
            if (!later) co_return failure(later.error());
            if (desk::is_met(expected, *later)) {
                one.state = State::late;
                one.files = *later;
                one.mended = now;
                continue;
            }
        }
        ++missing;
        files += one.files;
    }
    fault_point("expectations.judging");
    const auto done = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        for (const Judged& one : judged)
            if (auto added = transaction.expectations.add(one); !added) return added;
        fault_point("expectations.judged");
        const Timestamp kept_since = now - kept_days;
        if (auto gone = transaction.expectations.forget_before(
                std::min(kept_since, judged.front().deadline));
            !gone)
            return gone;
        if (missing == 0) return {};
        auto told = desk::raise_alarm(site_, transaction, policy, account,
                                      alarm_about(expected, files, missing));
        fault_point("expectations.told");
        return told;
    });
    fault_point("expectations.durable");
    co_return done;
}

asio::awaitable<Result<>> Expectations::look_for_missing(const policy::Policy& policy,
                                                         const std::vector<Expected>& all,
                                                         Timestamp now) {
    auto missing = co_await site_.store.read([&](Transaction& transaction) {
        return transaction.expectations.missing(now - mendable_time_days, now, missing_limit);
    });
    if (!missing) co_return failure(missing.error());
    for (Judged& judged : *missing) {
        if (stopping_) co_return Result<>{};
        const auto expected = std::ranges::find_if(all, [&](const Expected& one) {
            return one.kind == judged.kind && one.name == judged.name;
        });
        if (expected == all.end()) continue;
        // One that cannot be counted keeps no other from being mended.
        if (auto mended = co_await mend(policy, *expected, std::move(judged), now); !mended)
            site_.log.error("what is missing could not be looked for", {{"why", mended.error()}});
    }
    co_return Result<>{};
}

asio::awaitable<Result<>> Expectations::mend(const policy::Policy& policy, const Expected& expected,
                                             Judged judged, Timestamp now) {
    policy::CountedTime counted{judged.counted_from, judged.counted_until};
    if (expected.kind == Kind::deposit) {
        // What comes behind the next deadline is late for that one.
        const auto next = policy::next_deadline(expected.expect, judged.deadline);
        counted.until = std::min(now, next.value_or(Timestamp::max()));
    }
    const auto files = co_await desk::count_files(site_, policy, expected, counted);
    if (!files) co_return failure(files.error());
    judged.files = *files;
    if (!desk::is_met(expected, judged.files)) co_return Result<>{};
    fault_point("expectations.mending");
    const auto done = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        const auto mended = transaction.expectations.mend(judged, now);
        if (!mended) return failure(mended.error());
        fault_point("expectations.mended");
        if (!*mended) return {};
        auto alarm = alarm_about(expected, judged.files, 1);
        alarm.mended = true;
        auto told = desk::raise_alarm(site_, transaction, policy, account, alarm);
        fault_point("expectations.mend_told");
        return told;
    });
    fault_point("expectations.mend_durable");
    co_return done;
}

}  // namespace consign::daemon
