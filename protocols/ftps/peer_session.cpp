#include "protocols/ftps/peer_session.hpp"

#include <algorithm>

#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/reply.hpp"
#include "protocols/session_errc.hpp"

namespace consign::ftps {

namespace asio = boost::asio;
using protocols::session_errc;

namespace {

/// A transfer that moves less than this within `idle_time` stands still: a byte now and then is no
/// reason to keep it.
constexpr std::uint64_t progress_bytes = 4096;
/// For the last word to a peer: one that does not listen is cut.
constexpr std::chrono::seconds farewell_time{5};
/// How long one may run before it is watched.
constexpr std::chrono::milliseconds transfer_unseen_limit{2000};

}  // namespace

PeerSession::PeerSession(desk::Site& site, const ListenerFacts& facts, asio::ip::tcp::socket socket)
    : site_(site),
      facts_(facts),
      strand_(socket.get_executor()),
      control_(std::move(socket)),
      session_(site, "ftps", facts.name, control_.peer_address()),
      tasks_(strand_),
      watch_timer_(strand_) {}

asio::awaitable<void> PeerSession::run() {
    std::exception_ptr bug;
    try {
        co_await serve();
    } catch (const std::exception&) {
        bug = std::current_exception();
    }
    if (bug) co_await end_failed();
    ended_ = true;
    session_.leave();
    watch_timer_.cancel();
    try {
        co_await tasks_.all_ended();
    } catch (const std::exception&) {
        site_.log.error("a session's watch failed inside", {{"session", session_.id()}});
    }
    control_.close();
    const std::error_code why = ftp_ ? ftp_->why_ended() : not_begun_;
    co_await session_.end(why.message());
    site_.log.info("session ended", {{"session", session_.id()}, {"why", why}});
}

/// Where not even that can be told: what runs still has to be waited for.
asio::awaitable<void> PeerSession::end_failed() {
    try {
        site_.log.error("a session failed inside", {{"session", session_.id()}});
        if (ftp_) ftp_->cut(session_errc::failed_inside);
        co_await session_.violated_protocol(make_error_code(session_errc::failed_inside).message());
    } catch (const std::exception&) {
        session_.leave();
    }
}

asio::awaitable<void> PeerSession::serve() {
    auto places = protocols::take_places(session_);
    if (!places) co_return co_await turn_away(places.error());
    places_ = *std::move(places);
    site_.log.info("session began", {{"session", session_.id()}});
    ftp_.emplace(session_, facts_, control_);
    tasks_.start(watch());
    co_await ftp_->run();
}

/// Nothing is waited for: who is refused must not hold a descriptor for longer.
asio::awaitable<void> PeerSession::turn_away(protocols::NoPlace why) {
    not_begun_ = session_errc::too_many_sessions;
    if (!facts_.implicit) control_.write_now(reply(421, "too many sessions; try again later"));
    control_.close();
    co_await session_.turned_away(std::move(why.limit), why.policy);
}

asio::awaitable<void> PeerSession::watch() {
    while (!ended_) {
        watch_timer_.expires_after(until_next_look());
        boost::system::error_code cancelled;
        co_await watch_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (ended_) co_return;
        if (ftp_->why_ended() && told_ == Clock::time_point()) told_ = Clock::now();
        if (ftp_->why_ended()) session_.leave();
        if (told_ != Clock::time_point()) {
            if (Clock::now() - told_ > farewell_time) ftp_->cut(ftp_->why_ended());
            continue;
        }
        watch_transfer();
        if (const auto why = protocols::reason_to_end(session_, state())) ftp_->end(why);
    }
}

protocols::SessionState PeerSession::state() const {
    // A transfer has a time limit of its own.
    const auto last = ftp_->is_transferring() || (ftp_->is_at_work() && !ftp_->is_flushing())
                          ? Clock::now()
                          : std::max(ftp_->last_command(), moved_);
    return {.began = began_,
            .last_activity = last,
            .is_logged_in = ftp_->is_logged_in(),
            .has_open_files = ftp_->has_open_files(),
            .is_draining = draining_};
}

std::chrono::milliseconds PeerSession::until_next_look() const {
    if (ftp_->is_transferring() || ftp_->why_ended()) return protocols::watch_interval;
    return std::min(protocols::until_next_look(session_, state()), transfer_unseen_limit);
}

void PeerSession::watch_transfer() {
    const auto now = Clock::now();
    if (!ftp_->is_transferring()) {
        was_transferring_ = false;
        return;
    }
    const bool begins = !std::exchange(was_transferring_, true);
    // What the system has taken and the peer has not is no progress; a large buffer that drains is.
    const std::uint64_t moved = ftp_->moved_bytes();
    if (begins || moved >= moved_bytes_ + progress_bytes) {
        moved_bytes_ = moved;
        moved_ = now;
    }
    const auto idle_time = site_.policy.current()->limits.idle_time;
    if (now - moved_ > idle_time) ftp_->end_transfer(ftps_errc::transfer_stalled);
    // A peer that takes no more replies does not let the transfer's end be told, either.
    if (now - moved_ > idle_time + farewell_time && ftp_->is_flushing())
        ftp_->end(session_errc::idle_too_long);
}

void PeerSession::drain() {
    draining_ = true;
    watch_timer_.cancel();
    if (ftp_) ftp_->drain();
}

bool PeerSession::leave_where_unwelcome() {
    watch_timer_.cancel();  // another policy has other limits
    if (!ftp_ || !ftp_->is_logged_in() || ftp_->why_ended()) return false;
    const auto why = session_.reason_to_leave();
    if (!why) return false;
    session_.leave();
    ftp_->end(why);
    return true;
}

void PeerSession::cut() {
    session_.leave();
    if (ftp_)
        ftp_->cut(session_errc::server_stops);
    else
        control_.close();
}

}  // namespace consign::ftps
