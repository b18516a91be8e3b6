#include "daemon/workers/retention_worker.hpp"

#include <algorithm>

#include "desk/retention/retention.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
using std::chrono::steady_clock;

asio::awaitable<void> RetentionWorker::run() {
    while (!stopping_) {
        const auto begun = steady_clock::now();
        const auto more = co_await work();
        if (!more) {
            site_.log.error("retention could not go on", {{"why", more.error()}});
            co_await rest(failure_interval);
            continue;
        }
        const auto took = steady_clock::now() - begun;
        co_await rest(*more ? std::clamp<steady_clock::duration>(took, least_rest, longest_rest)
                            : steady_clock::duration(look_interval));
    }
}

void RetentionWorker::stop() {
    stopping_ = true;
    timer_.cancel();
}

asio::awaitable<Result<bool>> RetentionWorker::work() {
    // What ends does not wait for all terms to be worked out: that may never be so.
    const auto settled = co_await desk::settle_stale(site_);
    if (!settled) co_return settled;
    const auto ended = co_await desk::end_due(site_);
    if (!ended) co_return failure(ended.error());
    co_return *settled || ended->looked_at == desk::ended_at_once;
}

asio::awaitable<void> RetentionWorker::rest(steady_clock::duration time) {
    if (stopping_) co_return;
    timer_.expires_after(time);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace consign::daemon
