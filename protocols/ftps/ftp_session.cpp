#include "protocols/ftps/ftp_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/trim.hpp>

#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/reply.hpp"
#include "protocols/ftps/reply_code.hpp"
#include "protocols/ftps/tls_errc.hpp"
#include "protocols/session_errc.hpp"

namespace consign::ftps {

namespace asio = boost::asio;
using protocols::session_errc;

namespace {

constexpr std::size_t read_step_bytes = 4096;
/// Replies to commands that came together leave together, up to this.
constexpr std::size_t replies_limit_bytes = 16 * 1024;
/// How long a peer is listened to after the last word to it.
constexpr std::chrono::seconds linger_time{2};

}  // namespace

FtpSession::FtpSession(desk::Session& session, const ListenerFacts& facts,
                       ControlConnection& control)
    : session_(session),
      facts_(facts),
      control_(control),
      strand_(control.strand()),
      tasks_(strand_),
      login_(session),
      changed_(strand_),
      consumed_(strand_),
      data_is_private_(facts.implicit) {}

asio::awaitable<void> FtpSession::run() {
    // What it throws is thrown on, once nothing of this runs any more.
    std::exception_ptr thrown;
    try {
        co_await serve_all();
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown) cut(session_errc::failed_inside);
    data_port_.reset();
    co_await tasks_.all_ended();
    if (thrown) std::rethrow_exception(thrown);
}

asio::awaitable<void> FtpSession::serve_all() {
    if (facts_.implicit) co_await begin_tls();
    tasks_.start(read_commands());
    if (!why_ended_) say(220, fmt::format("{} ready", session_.site().policy.current()->site));
    while (co_await await_command()) {
        auto command = std::move(*std::exchange(waiting_, std::nullopt));
        co_await serve(std::move(command));
        if (std::exchange(wants_tls_, false)) co_await begin_tls();
    }
    data_port_lapses_.reset();
    data_port_.reset();
    co_await forget_unconfirmed();
    if (!desk_) co_await login_.give_up();
    if (why_ended_ == make_error_code(tls_errc::bad_record))
        co_await session_.violated_protocol(why_ended_.message());
    if (!peer_is_gone_ && why_ended_ != make_error_code(session_errc::logged_out))
        say(421, why_ended_.message());
    co_await flush();
    const Deadline deadline(strand_, linger_time, [this] { control_.close(); });
    if (const auto ended = co_await control_.end_sending(); !ended) control_.close();
    consumed_.notify();
    co_await tasks_.all_ended();
    control_.close();
}

void FtpSession::end(std::error_code why) {
    if (!why_ended_) why_ended_ = why;
    end_transfer(why);
    changed_.notify();
}

void FtpSession::cut(std::error_code why) {
    end(why);
    peer_is_gone_ = true;
    control_.close();
    consumed_.notify();
}

/// From here on the peer's bytes are TLS. What it sent behind AUTH, in clear, could be taken for
/// commands that came inside TLS: it is the end of the connection.
asio::awaitable<void> FtpSession::begin_tls() {
    if (waiting_ || reader_.waiting_bytes() > 0) {
        co_await session_.violated_protocol(
            make_error_code(ftps_errc::bytes_behind_auth).message());
        co_return cut(ftps_errc::bytes_behind_auth);
    }
    co_await flush();
    const auto shaken = co_await control_.start_tls(facts_.tls->current(), session_.id());
    if (!shaken) {
        if (shaken.error().category() == make_error_code(tls_errc::handshake_failed).category())
            co_await session_.violated_protocol(shaken.error().message());
        co_return cut(shaken.error());
    }
    // What was said in clear, anybody may have said (RFC 4217 section 4.2).
    facts_selected_ = {};
    hash_ = default_hash();
    session_.set_client({}, control_.tls().algorithms());
    consumed_.notify();
}

/// Goes on until the peer has ended its side, also after the session's end: see
/// ControlConnection::end_sending.
asio::awaitable<void> FtpSession::read_commands() {
    std::array<std::uint8_t, read_step_bytes> bytes{};
    for (;;) {
        // In clear, one step at a time: what follows AUTH is not to be read as commands.
        while (!why_ended_ && (control_.is_secure() ? reader_.waiting_bytes() >= waiting_limit_bytes
                                                    : !wants_clear_bytes_))
            co_await consumed_.wait();
        const auto count = co_await control_.read(bytes);
        if (!count && count.error() == make_error_code(tls_errc::bad_record)) end(count.error());
        if (!count || *count == 0) break;
        if (why_ended_) continue;
        wants_clear_bytes_ = false;
        reader_.feed(ByteView(bytes).first(*count));
        explicit_bzero(bytes.data(), *count);
        changed_.notify();
    }
    peer_is_gone_ = true;
    changed_.notify();
}

/// Makes the next command the waiting one, where it has come.
bool FtpSession::take_waiting() {
    if (waiting_) return true;
    waiting_ = reader_.next();
    if (!waiting_) return false;
    consumed_.notify();
    return true;
}

/// Returns when there is one to serve; false where the session has ended.
asio::awaitable<bool> FtpSession::await_command() {
    for (;;) {
        if (is_draining_ && !unconfirmed_) end(session_errc::server_stops);
        if (why_ended_) co_return false;
        if (take_waiting()) break;
        if (peer_is_gone_) {
            end(session_errc::peer_closed);
            co_return false;
        }
        co_await flush();
        if (why_ended_ || peer_is_gone_ || take_waiting()) continue;
        wants_clear_bytes_ = true;
        consumed_.notify();
        co_await changed_.wait();
    }
    if (replies_.size() > replies_limit_bytes) co_await flush();
    co_return !why_ended_;
}

asio::awaitable<void> FtpSession::serve(std::expected<Command, std::error_code> command) {
    last_command_ = std::chrono::steady_clock::now();
    if (!command) co_return say(command.error());
    const auto verb = std::ranges::find(verbs(), command->verb, &Verb::name);
    if (verb == verbs().end())
        co_return say(500, "no such command: HELP lists those that there are");
    if (verb->needs >= Needs::tls && !control_.is_secure()) {
        // Worth a line in the ledger: an administrator is looking for the client that does this.
        if (verb->name == "USER") co_await session_.refused_request("login in clear");
        co_return say(530, "this server speaks TLS alone: send AUTH TLS first");
    }
    if (verb->needs == Needs::login && !desk_)
        co_return say(530, "log in first, with USER and PASS");
    if (verb->trims) boost::algorithm::trim_right(command->argument);
    data_port_lapses_.reset();
    is_at_work_ = true;
    co_await (this->*verb->handler)(std::move(command->argument));
    is_at_work_ = false;
    last_command_ = std::chrono::steady_clock::now();
    let_data_port_lapse();
    if (verb->prepares) co_return;
    restart_ = 0;
    range_.reset();
    announced_bytes_.reset();
}

asio::awaitable<void> FtpSession::flush() {
    if (replies_.empty()) co_return;
    const std::string leaving = std::exchange(replies_, {});
    is_flushing_ = true;
    const auto sent = co_await control_.write(leaving);
    is_flushing_ = false;
    if (!sent) {
        peer_is_gone_ = true;
        control_.close();
        changed_.notify();
    }
}

void FtpSession::say(int code, std::string_view text) {
    replies_ += reply(code, text);
}

void FtpSession::say(std::error_code error) {
    say(code_of(error), session_.words_of(error));
}

}  // namespace consign::ftps
