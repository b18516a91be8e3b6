#include "daemon/workers/checkpoints.hpp"

#include "desk/audit/checkpointing.hpp"
#include "storage/ledger/errc.hpp"

namespace consign::daemon {

namespace asio = boost::asio;

asio::awaitable<void> Checkpoints::run() {
    last_ = site_.clock.now();
    while (!stopping_ && site_.witness) {
        if (co_await is_due()) {
            last_ = site_.clock.now();
            if (const auto made = co_await desk::make_checkpoint(site_); !made) {
                site_.log.error("a checkpoint could not be made", {{"why", made.error()}});
                const bool changed = made.error() == ledger::ledger_errc::not_what_was_vouched_for;
                if (changed && !std::exchange(told_, true))
                    co_await desk::tell_of_changed_ledger(site_);
            }
        }
        if (stopping_) co_return;
        timer_.expires_after(look_interval);
        boost::system::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

void Checkpoints::stop() {
    stopping_ = true;
    timer_.cancel();
}

asio::awaitable<bool> Checkpoints::is_due() {
    const Timestamp now = site_.clock.now();
    // A clock that was put back must not silence the witness.
    const bool in_time =
        now >= last_ && now < last_ + site_.policy.current()->ledger.checkpoint_every;
    if (!in_time) co_return true;
    const auto state = co_await desk::checkpoint_state(site_);
    co_return state && state->rows - state->vouched >= rows_limit;
}

}  // namespace consign::daemon
