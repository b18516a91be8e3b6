#include "daemon/workers/target_failure.hpp"

#include "daemon/workers/backoff.hpp"
#include "daemon/workers/delivery/errc.hpp"
#include "desk/deliveries/target_trouble.hpp"

namespace consign::daemon {

using delivery::delivery_errc;
using desk::TargetFailure;

namespace {

constexpr Backoff target_backoff{.first = std::chrono::seconds(15),
                                 .most = std::chrono::minutes(15)};

TargetFailure failure_of(std::error_code why) {
    if (why == delivery_errc::wrong_host_key) return TargetFailure::wrong_host_key;
    if (why == delivery_errc::untrusted || why == delivery_errc::login_refused ||
        why == delivery_errc::no_credential)
        return TargetFailure::login_refused;
    return TargetFailure::down;
}

}  // namespace

boost::asio::awaitable<void> note_failure_to_connect(desk::Site& site, Literal account,
                                                     policy::Target target, std::error_code why) {
    const auto known = co_await site.store.read(
        [&](Transaction& transaction) { return transaction.targets.trouble(target.name); });
    const std::uint64_t failures = known && *known ? (*known)->failures + 1 : 1;
    const auto noted =
        co_await desk::note_target_failure(site, account, target, failure_of(why), why.message(),
                                           target_backoff.after(failures, site.random));
    if (!noted) site.log.error("a target's trouble could not be noted", {{"why", noted.error()}});
}

}  // namespace consign::daemon
