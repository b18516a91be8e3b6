// One SSH connection: login requests, then sftp channels, as coroutines on the socket's strand.
#pragma once

#include <boost/asio.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "base/result.hpp"
#include "base/ssh_algorithms.hpp"
#include "base/wakeup.hpp"
#include "protocols/sftp/login_request.hpp"
#include "protocols/sftp/receive_window.hpp"
#include "protocols/sftp/refused.hpp"
#include "protocols/sftp/ssh_channel.hpp"
#include "protocols/sftp/ssh_server.hpp"

struct ssh_message_struct;
struct ssh_server_callbacks_struct;

namespace consign::ssh {

class LibsshSession;
class LoginDialogue;

/// Everything but start() happens on the strand that is the socket's executor, and so do all
/// coroutines that await it. The connection keeps itself alive until it is closed: whoever starts
/// one calls close() or close_when_sent() in the end.
///
/// There is no login timer in here. A peer that gets no further is left waiting until the session
/// closes the connection; libssh 0.10 also drops without an answer a login request with an
/// unreadable key, a key of an unknown type, or a signature that does not verify.
class Connection final : public std::enable_shared_from_this<Connection>, private ChannelHost {
  public:
    static constexpr std::size_t channels_limit = 8;
    /// Of what is asked for out of habit, so many since the last channel was opened.
    static constexpr int refusals_limit = 100;
    static constexpr std::size_t client_version_limit_bytes = 128;

    struct Options {
        /// What the first refusal names.
        LoginMethods methods{.public_key = true, .password = true, .keyboard_interactive = false};
        /// Called on the strand. It may not close the connection.
        std::function<void(Refused)> on_refused = [](Refused) {};
    };

    /// May be called from any thread; the connection begins to act on its strand.
    [[nodiscard]] static Result<std::shared_ptr<Connection>> start(
        std::shared_ptr<Server> server, boost::asio::ip::tcp::socket socket,
        std::shared_ptr<WindowBudget> budget, Options options);
    ~Connection();

    /// The next request, in the order in which they came. Each is answered by exactly one of the
    /// four below before the next is asked for. After the connection's end, why it ended.
    [[nodiscard]] boost::asio::awaitable<Result<LoginRequest>> next_login_request();
    // The answers do nothing where the connection has ended meanwhile.
    /// To an offered key whose signature is not there yet: it would do.
    void accept_key();
    /// The peer is logged in; channels may follow. Further requests are ignored.
    void succeed();
    void partially_succeed(LoginMethods remaining);
    void refuse(LoginMethods remaining);

    /// After succeed(): the next channel whose sftp subsystem was started.
    [[nodiscard]] boost::asio::awaitable<Result<std::shared_ptr<Channel>>> next_channel();

    /// Ends it at once: the peer gets SSH_MSG_DISCONNECT with the text of `why` if the socket takes
    /// it, queued output is lost, every waiter gets `why`. Later calls do nothing.
    void close(std::error_code why);
    /// Lets output leave first, for at most farewell_limit_seconds.
    void close_when_sent(std::error_code why);
    static constexpr int farewell_limit_seconds = 5;
    /// Nothing while it lives.
    [[nodiscard]] std::error_code why_closed() const { return ended_; }
    /// Returns when it is closed.
    [[nodiscard]] boost::asio::awaitable<void> closed();

    /// The strand.
    [[nodiscard]] boost::asio::any_io_executor executor() { return socket_.get_executor(); }
    /// As the peer introduces itself ("SSH-2.0-OpenSSH_9.2p1"), other than printable bytes as '?';
    /// empty before. Kept after the end, as are the algorithms and counts.
    [[nodiscard]] const std::string& client_version() const { return client_version_; }
    [[nodiscard]] const NegotiatedAlgorithms& algorithms() const { return algorithms_; }
    /// Of the socket, everything included.
    [[nodiscard]] std::uint64_t bytes_in() const { return bytes_in_; }
    [[nodiscard]] std::uint64_t bytes_out() const { return bytes_out_; }
    /// When bytes last went either way.
    [[nodiscard]] std::chrono::steady_clock::time_point last_activity() const {
        return last_activity_;
    }

  private:
    Connection(boost::asio::ip::tcp::socket socket, std::unique_ptr<LibsshSession> session,
               std::shared_ptr<WindowBudget> budget, Options options);

    // ChannelHost
    void on_subsystem(Channel& channel) override;
    void on_refused(Refused what) override;
    void on_violation(std::error_code why) override;
    void on_plenty() override { consumer_is_due_ = true; }
    void settle() override;

    /// Where the event loop, or libssh, calls: what `act` throws ends this connection alone.
    template <class Act>
    void guarded(Act act);
    void fail_inside() noexcept;
    void drive();
    [[nodiscard]] bool step_often();
    void settle_all();
    void note_activity();
    void note_facts();
    void arm(bool again);
    void watch_for_quiet();
    void begin_channels();
    [[nodiscard]] Channel* open_channel();
    void judge_other_request(ssh_message_struct* message);
    void end(std::error_code why, bool say_so);

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<LibsshSession> session_;
    std::unique_ptr<LoginDialogue> login_;                    // until succeed()
    std::unique_ptr<ssh_server_callbacks_struct> callbacks_;  // from then on
    std::shared_ptr<WindowBudget> budget_;
    Options options_;

    bool reading_ = false;
    bool writing_ = false;
    bool settling_ = false;
    bool consumer_is_due_ = false;
    std::error_code doom_;      // found inside a callback
    std::error_code farewell_;  // close_when_sent()
    std::error_code ended_;
    int refusals_ = 0;
    int habits_refused_ = 0;  // since the last channel was opened

    std::vector<std::shared_ptr<Channel>> channels_;
    std::deque<std::shared_ptr<Channel>> ready_;
    Wakeup request_or_end_;
    Wakeup channel_or_end_;
    Wakeup end_;
    boost::asio::steady_timer quiet_timer_;
    bool quiet_timer_runs_ = false;
    boost::asio::steady_timer farewell_timer_;

    std::string client_version_;
    NegotiatedAlgorithms algorithms_;
    std::uint64_t bytes_in_ = 0;
    std::uint64_t bytes_out_ = 0;
    std::chrono::steady_clock::time_point last_activity_;
};

}  // namespace consign::ssh
