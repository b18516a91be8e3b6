#include "daemon/workers/forgetter.hpp"

#include <algorithm>

#include "desk/retention/forgetting.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds least_rest{5};
constexpr std::chrono::milliseconds longest_rest{1000};

}  // namespace

asio::awaitable<void> Forgetter::run() {
    cut_at_ = steady_clock::now();  // a daemon before this one may have left it to be done
    while (!stopping_) {
        if (is_due()) co_await pass();
        if (!stopping_ && cut_at_ && steady_clock::now() >= *cut_at_) co_await cut();
        co_await rest(pace_.look_interval);
    }
}

void Forgetter::stop() {
    stopping_ = true;
    timer_.cancel();
}

bool Forgetter::is_due() const {
    if (steady_clock::now() < retry_) return false;
    if (!last_ || keep_ != site_.policy.current()->ledger.keep) return true;
    const Timestamp now = site_.clock.now();
    return now < *last_ || now >= *last_ + pace_.pass_interval;
}

asio::awaitable<void> Forgetter::pass() {
    const auto keep = site_.policy.current()->ledger.keep;
    desk::ForgettingPass pass(site_);
    bool goes_on = true;
    while (goes_on && !stopping_) {
        const auto begun = steady_clock::now();
        const auto more = co_await pass.step();
        if (!more) site_.log.error("the ledger could not forget", {{"why", more.error()}});
        if (!more || pass.is_put_off()) {
            retry_ = steady_clock::now() + pace_.failure_interval;
            break;
        }
        goes_on = *more;
        const auto took = steady_clock::now() - begun;
        if (goes_on)
            co_await rest(std::clamp<steady_clock::duration>(took, least_rest, longest_rest));
    }
    cut_at_ = steady_clock::now();
    if (goes_on) co_return;
    last_ = site_.clock.now();
    keep_ = keep;
}

asio::awaitable<void> Forgetter::cut() {
    const auto cut = co_await desk::cut_log(site_);
    if (!cut) site_.log.error("the database's log could not be cut", {{"why", cut.error()}});
    if (cut && *cut)
        cut_at_.reset();
    else
        cut_at_ = steady_clock::now() + pace_.cut_interval;
}

asio::awaitable<void> Forgetter::rest(steady_clock::duration time) {
    if (stopping_) co_return;
    timer_.expires_after(time);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace consign::daemon
