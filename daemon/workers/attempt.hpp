// How an attempt at a job ended, and what becomes of a job that failed.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "daemon/workers/backoff.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

struct Attempt {
    enum class End : std::uint8_t {
        done,     // the job has ended, or waits by its own word
        failed,   // it is to be tried again
        hopeless  // trying again would be no use
    } end = End::done;
    std::string why{};  // without names: it stands in the ledger and in lists

    [[nodiscard]] static Attempt failed(std::string why) { return {End::failed, std::move(why)}; }
    [[nodiscard]] static Attempt hopeless(std::string why) {
        return {End::hopeless, std::move(why)};
    }
    /// Of the store: it failed.
    [[nodiscard]] static Attempt failed(std::error_code why) { return failed(why.message()); }
};

struct Patience {
    std::uint64_t attempts_limit = 20;
    Backoff backoff{};
    /// Told with its job, in the transaction that buries it; an alarm, say.
    std::function<Result<>(Transaction&, const queue::Job&)> when_buried =
        [](Transaction&, const queue::Job&) -> Result<> { return {}; };
};

/// Puts the job off, or buries it, with an event as `account`. `came` is failed or hopeless. False
/// where that could not be recorded, which is logged: the job is due as before.
[[nodiscard]] boost::asio::awaitable<bool> record_failure(desk::Site& site, Literal account,
                                                          const Patience& patience, queue::Job job,
                                                          Attempt came);

}  // namespace consign::daemon
