#include "protocols/sftp/ssh_connection.hpp"

#include <fcntl.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "protocols/keepalive.hpp"
#include "protocols/sftp/libssh_session.hpp"
#include "protocols/sftp/ssh_errc.hpp"
#include "protocols/sftp/ssh_login.hpp"
#include "protocols/sftp/wide_reads.hpp"

namespace consign::ssh {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int steps_a_turn_limit = 256;  // of 4 KiB: then others on this thread have theirs
constexpr int hopeless_steps = steps_a_turn_limit + 128;  // it no longer reads what is there
constexpr int last_steps_limit = 8;
constexpr std::chrono::seconds quiet_after{5};

void prepare(tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.native_non_blocking(true, ignored);  // libssh never sets it, and sends all it has
    socket.set_option(tcp::no_delay(true), ignored);
    protocols::keep_alive(socket.native_handle());
}

std::string printable(const char* text, std::size_t limit_bytes) {
    std::string out;
    for (; text != nullptr && *text != '\0' && out.size() < limit_bytes; ++text)
        out.push_back(*text >= ' ' && *text <= '~' ? *text : '?');
    return out;
}

std::string name_or_empty(const char* name) {
    return name == nullptr ? std::string() : std::string(name);
}

Refused kind_of(ssh_message message) {
    switch (ssh_message_type(message)) {
        case SSH_REQUEST_CHANNEL_OPEN:
            return ssh_message_subtype(message) == SSH_CHANNEL_DIRECT_TCPIP
                       ? Refused::port_forwarding
                       : Refused::other_channel;
        case SSH_REQUEST_GLOBAL:
            return Refused::port_forwarding;
        default:
            break;
    }
    switch (ssh_message_subtype(message)) {
        case SSH_CHANNEL_REQUEST_SHELL:
            return Refused::shell;
        case SSH_CHANNEL_REQUEST_EXEC:
            return Refused::command;
        case SSH_CHANNEL_REQUEST_PTY:
        case SSH_CHANNEL_REQUEST_WINDOW_CHANGE:
            return Refused::terminal;
        case SSH_CHANNEL_REQUEST_ENV:
            return Refused::environment;
        case SSH_CHANNEL_REQUEST_X11:
            return Refused::x11;
        default:
            return Refused::other_channel_request;
    }
}

}  // namespace

Result<std::shared_ptr<Connection>> Connection::start(std::shared_ptr<Server> server,
                                                      tcp::socket socket,
                                                      std::shared_ptr<WindowBudget> budget,
                                                      Options options) {
    prepare(socket);
    const int descriptor = ::fcntl(socket.native_handle(), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) return failure(std::error_code(errno, std::generic_category()));
    auto session = LibsshSession::accept(*server, descriptor);
    if (!session) return failure(session.error());
    std::shared_ptr<Connection> self(new Connection(std::move(socket), std::move(*session),
                                                    std::move(budget), std::move(options)));
    asio::post(self->socket_.get_executor(), [self] { self->guarded([&] { self->drive(); }); });
    return self;
}

Connection::Connection(tcp::socket socket, std::unique_ptr<LibsshSession> session,
                       std::shared_ptr<WindowBudget> budget, Options options)
    : socket_(std::move(socket)),
      session_(std::move(session)),
      budget_(std::move(budget)),
      options_(std::move(options)),
      request_or_end_(socket_.get_executor()),
      channel_or_end_(socket_.get_executor()),
      end_(socket_.get_executor()),
      quiet_timer_(socket_.get_executor()),
      farewell_timer_(socket_.get_executor()),
      last_activity_(std::chrono::steady_clock::now()) {
    login_ = std::make_unique<LoginDialogue>(*session_, options_.methods,
                                             [this](Refused what) { on_refused(what); });
}

Connection::~Connection() {
    for (const auto& channel : channels_) channel->detach(ssh_errc::channel_closed);
}

// --- driving libssh ---

template <class Act>
void Connection::guarded(Act act) {
    try {
        act();
    } catch (...) {
        fail_inside();
    }
}

void Connection::fail_inside() noexcept {
    if (session_) end(ssh_errc::failed_inside, false);
}

void Connection::drive() {
    if (!session_) return;
    const bool again = step_often();
    note_activity();
    if (login_ && !doom_) {
        if (const auto bad = login_->take()) on_violation(bad);
        note_facts();
        if (login_->has_request()) request_or_end_.notify();
    }
    settle_all();
    if (session_) arm(again);
}

/// True where there is more to do at once. After much has come in it is not: the socket is waited
/// for instead, which takes longer than waking the consumer does, so that its buffer is taken
/// before more is read.
bool Connection::step_often() {
    // One a thread does: each turn leaves it empty.
    static thread_local WideReads reads;
    const WideReads::Turn turn(reads, ssh_get_fd(session_->handle()));
    consumer_is_due_ = false;
    for (int steps = 0; steps < steps_a_turn_limit || !reads.empty(); ++steps) {
        const auto step = session_->step();
        if (step == LibsshSession::Step::failed && !doom_) doom_ = session_->why_failed();
        const bool unread = !reads.empty();
        if (unread && (step == LibsshSession::Step::nothing_to_do || steps >= hopeless_steps) &&
            !doom_)
            doom_ = ssh_errc::failed_inside;
        if (doom_) reads.forget();
        if (doom_ || (!unread && (consumer_is_due_ || step == LibsshSession::Step::nothing_to_do)))
            return false;
    }
    return true;
}

void Connection::settle() {
    if (!session_ || settling_) return;
    guarded([this] {
        settle_all();
        if (session_) arm(false);
    });
}

void Connection::settle_all() {
    settling_ = true;
    for (std::size_t i = 0; i < channels_.size(); ++i) channels_[i]->settle();
    std::erase_if(channels_, [](const auto& channel) { return channel->is_over(); });
    // The first one in the list is the first to fill libssh's only buffer: take turns.
    if (channels_.size() > 1) std::ranges::rotate(channels_, channels_.begin() + 1);
    settling_ = false;

    if (!doom_ && session_->failed()) doom_ = session_->why_failed();
    if (doom_) return end(doom_, !session_->failed());
    if (farewell_ && !session_->output_pending() &&
        std::ranges::none_of(channels_, [](const auto& one) { return one->output_queued(); }))
        end(farewell_, true);
}

void Connection::arm(bool again) {
    const auto drive_on = [self = shared_from_this()] { self->guarded([&] { self->drive(); }); };
    if (again) asio::post(socket_.get_executor(), drive_on);
    if (!reading_ && !again) {
        reading_ = true;
        socket_.async_wait(tcp::socket::wait_read, [this, drive_on](auto) {
            reading_ = false;
            drive_on();
        });
    }
    if (!writing_ && session_->output_pending()) {
        writing_ = true;
        socket_.async_wait(tcp::socket::wait_write, [this, drive_on](auto) {
            writing_ = false;
            drive_on();
        });
    }
}

void Connection::note_activity() {
    const auto& counter = session_->socket_counter();
    if (counter.in_bytes == bytes_in_ && counter.out_bytes == bytes_out_) return;
    bytes_in_ = counter.in_bytes;
    bytes_out_ = counter.out_bytes;
    last_activity_ = std::chrono::steady_clock::now();
    if (!channels_.empty() && !quiet_timer_runs_) watch_for_quiet();
}

void Connection::note_facts() {
    const ssh_session session = session_->handle();
    if (client_version_.empty())
        client_version_ = printable(ssh_get_clientbanner(session), client_version_limit_bytes);
    if (!algorithms_.key_exchange.empty() || ssh_get_kex_algo(session) == nullptr) return;
    algorithms_ = {.key_exchange = name_or_empty(ssh_get_kex_algo(session)),
                   .host_key_type = {},
                   .cipher_in = name_or_empty(ssh_get_cipher_in(session)),
                   .cipher_out = name_or_empty(ssh_get_cipher_out(session)),
                   .mac_in = name_or_empty(ssh_get_hmac_in(session)),
                   .mac_out = name_or_empty(ssh_get_hmac_out(session))};
    if (ssh_key key = nullptr; ssh_get_server_publickey(session, &key) == SSH_OK) {
        algorithms_.host_key_type = name_or_empty(ssh_key_type_to_char(ssh_key_type(key)));
        ssh_key_free(key);
    }
}

void Connection::watch_for_quiet() {
    quiet_timer_runs_ = true;
    quiet_timer_.expires_after(quiet_after);
    quiet_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
        self->quiet_timer_runs_ = false;
        if (error || !self->session_) return;
        self->guarded([&] {
            const bool is_quiet =
                std::chrono::steady_clock::now() - self->last_activity_ >= quiet_after;
            for (const auto& channel : self->channels_) channel->look_after(is_quiet);
            const bool waits = std::ranges::any_of(
                self->channels_, [](const auto& channel) { return channel->output_queued(); });
            if (!is_quiet || waits) self->watch_for_quiet();
            self->settle();
        });
    });
}

// --- login ---

asio::awaitable<Result<LoginRequest>> Connection::next_login_request() {
    const auto self = shared_from_this();
    if (login_ && login_->answer_is_due()) throw std::logic_error("a login request is unanswered");
    while (session_ && login_ && !login_->has_request()) co_await request_or_end_.wait();
    if (!session_) co_return failure(ended_);
    if (!login_) throw std::logic_error("a login request was asked for after login");
    co_return login_->hand_out();
}

void Connection::accept_key() {
    if (!session_) return;
    login_->accept_key();
    settle();
}

void Connection::succeed() {
    if (!session_) return;
    login_->succeed();
    login_.reset();
    begin_channels();
    settle();
}

void Connection::partially_succeed(LoginMethods remaining) {
    if (!session_) return;
    login_->partially_succeed(remaining);
    settle();
}

void Connection::refuse(LoginMethods remaining) {
    if (!session_) return;
    login_->refuse(remaining);
    settle();
}

// --- channels ---

void Connection::begin_channels() {
    callbacks_ = std::make_unique<ssh_server_callbacks_struct>();
    callbacks_->size = sizeof *callbacks_;
    callbacks_->userdata = this;
    // No exception may pass through C, and libssh needs its session until it has returned: what is
    // thrown in here ends the connection after that.
    callbacks_->channel_open_request_session_function = [](ssh_session,
                                                           void* userdata) -> ssh_channel {
        auto* const self = static_cast<Connection*>(userdata);
        try {
            const auto* channel = self->open_channel();
            return channel == nullptr ? nullptr : channel->handle();
        } catch (...) {
            self->on_violation(ssh_errc::failed_inside);
            return nullptr;
        }
    };
    ssh_set_server_callbacks(session_->handle(), callbacks_.get());
    // Whatever has no callback of its own comes here.
    ssh_set_message_callback(
        session_->handle(),
        [](ssh_session, ssh_message message, void* userdata) {
            auto* const self = static_cast<Connection*>(userdata);
            try {
                self->judge_other_request(message);
            } catch (...) {
                self->on_violation(ssh_errc::failed_inside);
            }
            constexpr int answer_with_a_refusal = 1;
            return answer_with_a_refusal;
        },
        this);
}

Channel* Connection::open_channel() {
    // Those that the peer has closed in this same turn are still in the list.
    const auto open = std::ranges::count_if(
        channels_, [](const auto& channel) { return !channel->peer_closed_; });
    if (std::cmp_greater_equal(open, channels_limit) || channels_.size() >= 4 * channels_limit ||
        farewell_) {
        on_refused(Refused::too_many_channels);
        return nullptr;
    }
    ChannelHost& host = *this;
    auto channel = std::make_shared<Channel>(host, *session_, socket_.get_executor(), budget_);
    if (!channel->is_open()) return nullptr;
    habits_refused_ = 0;
    channels_.push_back(std::move(channel));
    return channels_.back().get();
}

void Connection::judge_other_request(ssh_message_struct* message) {
    on_refused(kind_of(message));
}

void Connection::on_subsystem(Channel& channel) {
    const auto found = std::ranges::find(channels_, &channel, &std::shared_ptr<Channel>::get);
    ready_.push_back(*found);
    channel_or_end_.notify();
}

void Connection::on_refused(Refused what) {
    if (++(is_habit(what) ? habits_refused_ : refusals_) > refusals_limit)
        return on_violation(ssh_errc::too_many_refusals);
    options_.on_refused(what);
}

void Connection::on_violation(std::error_code why) {
    if (!doom_) doom_ = why;
}

asio::awaitable<Result<std::shared_ptr<Channel>>> Connection::next_channel() {
    const auto self = shared_from_this();
    while (session_ && ready_.empty()) co_await channel_or_end_.wait();
    if (!session_) co_return failure(ended_);
    auto channel = std::move(ready_.front());
    ready_.pop_front();
    co_return channel;
}

// --- the end ---

void Connection::close(std::error_code why) {
    if (session_) end(why, !session_->failed());
}

void Connection::close_when_sent(std::error_code why) {
    if (!session_ || farewell_) return;
    farewell_ = why;
    farewell_timer_.expires_after(std::chrono::seconds(farewell_limit_seconds));
    farewell_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (!error) self->guarded([&] { self->close(self->farewell_); });
    });
    settle();
}

void Connection::end(std::error_code why, bool say_so) {
    ended_ = why;
    // Each step lets it find the socket writable; what it sends meanwhile takes that away again.
    for (int steps = 0; say_so && session_->wants_writable() && steps < last_steps_limit; ++steps)
        say_so = session_->step() != LibsshSession::Step::failed && !session_->failed();
    if (say_so) session_->disconnect(why.message());
    note_activity();
    login_.reset();
    session_.reset();
    for (const auto& channel : std::exchange(channels_, {})) channel->detach(why);
    ready_.clear();
    boost::system::error_code ignored;
    socket_.close(ignored);
    quiet_timer_.cancel();
    farewell_timer_.cancel();
    request_or_end_.notify();
    channel_or_end_.notify();
    end_.notify();
}

asio::awaitable<void> Connection::closed() {
    const auto self = shared_from_this();
    while (session_) co_await end_.wait();
}

}  // namespace consign::ssh
