#include "desk/deliveries/target_trouble.hpp"

#include "base/fault_point.hpp"
#include "desk/site/alarm.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

/// Longer than any `wait`.
constexpr std::chrono::hours longest_rest{1};

Alarm alarm_of(const policy::Policy& policy, const policy::Target& target,
               const targets::Trouble& trouble, bool mended) {
    return {.what = trouble.pinned.empty() ? Literal("target_down")
                                           : Literal("target_host_key_mismatch"),
            .alerts = policy.alert,
            .rule = target.rule.text(),
            .subject = target.name,
            .mended = mended,
            .counts = {{"failures", trouble.failures}}};
}

/// A time further ahead than anybody waits was noted by a clock that has been put back since.
bool is_resting(const targets::Trouble& trouble, Timestamp now) {
    if (trouble.retry == Timestamp::max()) return true;
    return trouble.retry > now && trouble.retry <= now + longest_rest;
}

}  // namespace

bool may_connect(const targets::Trouble& trouble, const policy::Target& target, Timestamp now) {
    if (!trouble.pinned.empty() && trouble.pinned != target.host_key) return true;
    return !is_resting(trouble, now);
}

Result<> hurry(Site& site, Transaction& transaction, std::string_view target) {
    auto trouble = transaction.targets.trouble(target);
    if (!trouble) return failure(trouble.error());
    if (!*trouble) return {};
    (*trouble)->retry = site.clock.now();
    return transaction.targets.note(**trouble);
}

asio::awaitable<Result<>> note_target_failure(Site& site, Literal account, policy::Target target,
                                              TargetFailure failed, std::string why,
                                              std::chrono::microseconds wait) {
    const Timestamp now = site.clock.now();
    const auto policy = site.policy.current();
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto known = transaction.targets.trouble(target.name);
        if (!known) return failure(known.error());
        // Another connection has failed in the same moment: that is one failure.
        if (*known && (*known)->pinned.empty() && is_resting(**known, now) &&
            failed == TargetFailure::down)
            return {};
        auto trouble = known->value_or(targets::Trouble{.target = target.name, .since = now});
        ++trouble.failures;
        trouble.why = why;
        const std::string pinned =
            failed == TargetFailure::wrong_host_key ? target.host_key : std::string();
        // Another trouble than the one that was told.
        if (pinned != trouble.pinned) trouble.told = false;
        trouble.pinned = pinned;
        trouble.retry = pinned.empty() ? now + wait : Timestamp::max();
        if (!trouble.told &&
            (failed != TargetFailure::down || trouble.failures >= failures_before_alarm)) {
            trouble.told = true;
            const auto alarm = alarm_of(*policy, target, trouble, false);
            if (auto raised = raise_alarm(site, transaction, *policy, account, alarm); !raised)
                return raised;
        }
        fault_point("delivery.trouble_noted");
        return transaction.targets.note(trouble);
    });
    co_return done;
}

asio::awaitable<Result<>> note_target_well(Site& site, Literal account, policy::Target target) {
    const auto looked = co_await site.store.read(
        [&](Transaction& transaction) { return transaction.targets.trouble(target.name); });
    if (!looked) co_return failure(looked.error());
    if (!*looked || !may_connect(**looked, target, site.clock.now())) co_return Result<>{};
    const auto policy = site.policy.current();
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto known = transaction.targets.trouble(target.name);
        if (!known) return failure(known.error());
        if (!*known) return {};
        if ((*known)->told) {
            const auto alarm = alarm_of(*policy, target, **known, true);
            if (auto raised = raise_alarm(site, transaction, *policy, account, alarm); !raised)
                return raised;
        }
        fault_point("delivery.target_mended");
        return transaction.targets.mend(target.name);
    });
    co_return done;
}

}  // namespace consign::desk
