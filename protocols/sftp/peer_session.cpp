#include "protocols/sftp/peer_session.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "protocols/session_errc.hpp"
#include "protocols/session_limits.hpp"
#include "protocols/sftp/ssh_errc.hpp"

namespace consign::sftp {

namespace asio = boost::asio;
using Outcome = desk::Login::Answer::Outcome;
using protocols::session_errc;

namespace {

constexpr std::string_view farewell_before_version = "Too many sessions; try again later\r\n";
/// What a peer may have said of itself meanwhile: its version, and its first packet.
constexpr std::size_t greeting_limit_bytes = 4096;

ssh::LoginMethods methods_of(const std::set<policy::Method>& methods) {
    return {.public_key = methods.contains(policy::Method::publickey),
            .password = methods.contains(policy::Method::password)};
}

std::string_view name_of(ssh::Refused what) {
    switch (what) {
        case ssh::Refused::shell:
            return "shell";
        case ssh::Refused::command:
            return "command";
        case ssh::Refused::terminal:
            return "terminal";
        case ssh::Refused::environment:
            return "environment";
        case ssh::Refused::x11:
            return "x11";
        case ssh::Refused::other_subsystem:
            return "other subsystem";
        case ssh::Refused::other_channel_request:
            return "other channel request";
        case ssh::Refused::port_forwarding:
            return "port forwarding";
        case ssh::Refused::other_channel:
            return "other channel";
        case ssh::Refused::too_many_channels:
            return "too many channels";
        case ssh::Refused::packet_size_too_small:
            return "packet size too small";
        case ssh::Refused::login_key_type:
            return "login key type";
    }
    return "unknown";
}

}  // namespace

PeerSession::PeerSession(desk::Site& site, const ListenerFacts& listener,
                         asio::ip::tcp::socket socket)
    : site_(site),
      listener_(listener),
      socket_strand_(socket.get_executor()),
      socket_(std::move(socket)),
      session_(site, "sftp", listener.name, protocols::peer_address(*socket_)),
      tasks_(socket_strand_),
      watch_timer_(socket_strand_) {}

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
        site_.log.error("a channel failed inside", {{"session", session_.id()}});
    }
    const std::error_code why = connection_ ? connection_->why_closed() : not_begun_;
    co_await session_.end(why.message());
    site_.log.info("session ended", {{"session", session_.id()}, {"why", why}});
}

/// Where not even that can be told: what runs still has to be waited for.
asio::awaitable<void> PeerSession::end_failed() {
    try {
        site_.log.error("a session failed inside", {{"session", session_.id()}});
        if (connection_) connection_->close(session_errc::failed_inside);
        co_await session_.violated_protocol(make_error_code(session_errc::failed_inside).message());
    } catch (const std::exception&) {
        session_.leave();
    }
}

asio::awaitable<void> PeerSession::serve() {
    auto places = protocols::take_places(session_);
    if (!places) {
        not_begun_ = session_errc::too_many_sessions;
        turn_away();
        co_await session_.turned_away(places.error().limit, places.error().policy);
        co_return;
    }
    places_ = *std::move(places);
    site_.log.info("session began", {{"session", session_.id()}});
    ssh::Connection::Options options;
    options.on_refused = [this](ssh::Refused what) { note_refused(what); };
    auto started = ssh::Connection::start(listener_.server, std::move(*socket_),
                                          listener_.window_budget, std::move(options));
    if (!started) {
        not_begun_ = started.error();
        site_.log.warning("a connection could not start",
                          {{"session", session_.id()}, {"why", started.error()}});
        co_return;
    }
    connection_ = std::move(*started);
    tasks_.start(watch());
    desk::Login login(session_);
    if (co_await log_in(login)) {
        desk_ = login.open_desk();
        watch_timer_.cancel();  // another limit counts now
        co_await serve_channels();
    } else {
        co_await login.give_up();
    }
    connection_->close(session_errc::logged_out);
}

/// RFC 4253 section 4.2 allows lines before the version. Nothing is waited for: who is refused must
/// not hold a descriptor for longer.
void PeerSession::turn_away() {
    boost::system::error_code ignored;
    socket_->non_blocking(true, ignored);
    socket_->write_some(asio::buffer(farewell_before_version), ignored);
    socket_->shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    // What is unread at the close would make the system drop the line on its way.
    std::array<std::uint8_t, greeting_limit_bytes> greeting{};
    socket_->read_some(asio::buffer(greeting), ignored);
    socket_->close(ignored);
}

asio::awaitable<bool> PeerSession::log_in(desk::Login& login) {
    for (;;) {
        auto request = co_await connection_->next_login_request();
        if (!request) {
            if (request.error().category() == ssh::ssh_category() &&
                request.error() != ssh::ssh_errc::peer_closed)
                co_await session_.violated_protocol(request.error().message());
            co_return false;
        }
        session_.set_client(connection_->client_version(), ssh::text_of(connection_->algorithms()));
        if (request->method == ssh::LoginMethod::public_key && !request->key->signature_verified &&
            login.key_is_welcome(request->user, request->key->blob)) {
            connection_->accept_key();
            continue;
        }
        const desk::Login::Answer answer = co_await judge(login, std::move(*request));
        switch (answer.outcome) {
            case Outcome::refused:
                connection_->refuse(methods_of(answer.next));
                break;
            case Outcome::partial:
                connection_->partially_succeed(methods_of(answer.next));
                break;
            case Outcome::complete:
                connection_->succeed();
                co_return true;
            case Outcome::ended:
                connection_->close_when_sent(answer.why);
                co_return false;
        }
    }
}

asio::awaitable<desk::Login::Answer> PeerSession::judge(desk::Login& login,
                                                        ssh::LoginRequest request) {
    if (request.method == ssh::LoginMethod::password)
        co_return co_await login.present_password(std::move(request.user),
                                                  std::move(request.password));
    if (request.method == ssh::LoginMethod::public_key && request.key->signature_verified)
        co_return co_await login.present_key(std::move(request.user), std::move(request.key->blob));
    // A key that is not welcome, "none", or a method that nobody offered.
    if (login.is_exhausted())
        co_return desk::Login::Answer{Outcome::ended, {}, desk::desk_errc::too_many_failed_logins};
    co_return desk::Login::Answer{Outcome::refused, desk::Login::all_methods(), {}};
}

asio::awaitable<void> PeerSession::serve_channels() {
    for (;;) {
        auto channel = co_await connection_->next_channel();
        if (!channel) co_return;
        // A channel that its peer has closed leaves the connection's count at once, but is served
        // until what was asked of it is done.
        if (channels_running_ >= ssh::Connection::channels_limit) {
            note_refused(ssh::Refused::too_many_channels);
            (*channel)->close(1);
            continue;
        }
        ++channels_running_;
        tasks_.start(serve_channel(std::move(*channel)));
    }
}

asio::awaitable<void> PeerSession::serve_channel(std::shared_ptr<ssh::Channel> channel) {
    SftpSession sftp(*desk_, channel);
    channels_.push_back({&sftp, channel.get()});
    // What it throws is thrown on, once the list no longer points here.
    std::exception_ptr thrown;
    try {
        co_await sftp.run();
    } catch (...) {
        thrown = std::current_exception();
    }
    std::erase_if(channels_, [&](const Served& served) { return served.sftp == &sftp; });
    --channels_running_;
    if (!thrown) co_return;
    connection_->close(session_errc::failed_inside);
    std::rethrow_exception(thrown);
}

asio::awaitable<void> PeerSession::watch() {
    while (!ended_ && !connection_->why_closed()) {
        watch_timer_.expires_after(protocols::until_next_look(session_, state()));
        boost::system::error_code cancelled;
        co_await watch_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (const auto why = protocols::reason_to_end(session_, state()))
            connection_->close_when_sent(why);
    }
}

protocols::SessionState PeerSession::state() const {
    return {.began = began_,
            .last_activity = std::ranges::any_of(channels_, &SftpSession::is_at_work, &Served::sftp)
                                 ? std::chrono::steady_clock::now()
                                 : connection_->last_activity(),
            .is_logged_in = desk_ != nullptr,
            .has_open_files =
                std::ranges::any_of(channels_, &SftpSession::has_open_files, &Served::sftp),
            .is_draining = draining_};
}

void PeerSession::drain() {
    draining_ = true;
    watch_timer_.cancel();
}

bool PeerSession::leave_where_unwelcome() {
    watch_timer_.cancel();  // another policy has other limits
    if (!desk_ || connection_->why_closed() || session_.is_leaving()) return false;
    const auto why = session_.reason_to_leave();
    if (!why) return false;
    session_.leave();
    connection_->close_when_sent(why);
    // Where a client goes on asking for more of a file, output is queued without end: with the
    // channels closed, what is queued leaves, and the last word behind it.
    const std::vector<Served> served(channels_);
    for (const Served& each : served) each.channel->close(1);
    return true;
}

void PeerSession::cut() {
    session_.leave();
    if (connection_) connection_->close(session_errc::server_stops);
}

void PeerSession::note_refused(ssh::Refused what) {
    if (ssh::is_habit(what)) return;
    tasks_.start(session_.refused_request(std::string(name_of(what))));
}

}  // namespace consign::sftp
