// One SSH connection from its first byte to its last event: login, channels, timers, end.
#pragma once

#include <boost/asio.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/owned_tasks.hpp"
#include "desk/login.hpp"
#include "protocols/peer.hpp"
#include "protocols/session_limits.hpp"
#include "protocols/sftp/sftp_session.hpp"
#include "protocols/sftp/ssh_connection.hpp"

namespace consign::sftp {

/// What the sessions of one listener share.
struct ListenerFacts {
    std::string name;
    std::shared_ptr<ssh::Server> server;
    std::shared_ptr<ssh::WindowBudget> window_budget;
};

class PeerSession final : public protocols::Peer {
  public:
    PeerSession(desk::Site& site, const ListenerFacts& listener,
                boost::asio::ip::tcp::socket socket);

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void drain() override;
    void cut() override;
    bool leave_where_unwelcome() override;
    [[nodiscard]] const Id& id() const override { return session_.id(); }
    [[nodiscard]] boost::asio::any_io_executor strand() override { return socket_strand_; }

  private:
    [[nodiscard]] boost::asio::awaitable<void> serve();
    [[nodiscard]] boost::asio::awaitable<void> end_failed();
    [[nodiscard]] boost::asio::awaitable<bool> log_in(desk::Login& login);
    [[nodiscard]] boost::asio::awaitable<desk::Login::Answer> judge(desk::Login& login,
                                                                    ssh::LoginRequest request);
    [[nodiscard]] boost::asio::awaitable<void> serve_channels();
    [[nodiscard]] boost::asio::awaitable<void> serve_channel(std::shared_ptr<ssh::Channel> channel);
    [[nodiscard]] boost::asio::awaitable<void> watch();
    [[nodiscard]] protocols::SessionState state() const;
    void note_refused(ssh::Refused what);
    /// Closes a connection that has no place, with a word to the peer.
    void turn_away();

    desk::Site& site_;
    const ListenerFacts& listener_;
    boost::asio::any_io_executor socket_strand_;
    std::optional<boost::asio::ip::tcp::socket> socket_;
    desk::Session session_;
    std::optional<protocols::Places> places_;  // to the end: what is still open counts
    std::shared_ptr<ssh::Connection> connection_;
    std::unique_ptr<desk::Desk> desk_;
    struct Served {
        SftpSession* sftp;
        ssh::Channel* channel;
    };
    std::vector<Served> channels_;
    std::size_t channels_running_ = 0;  // counts those, too, that have not begun yet
    OwnedTasks tasks_;
    boost::asio::steady_timer watch_timer_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::error_code not_begun_;  // why there is no connection_
    bool draining_ = false;
    bool ended_ = false;
};

}  // namespace consign::sftp
