// One FTP control connection from its first byte to its last event: its places in the limits, its
// timers, its end.
#pragma once

#include <boost/asio.hpp>
#include <optional>

#include "base/owned_tasks.hpp"
#include "desk/site/session.hpp"
#include "protocols/ftps/control_connection.hpp"
#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/listener_facts.hpp"
#include "protocols/peer.hpp"
#include "protocols/session_limits.hpp"

namespace consign::ftps {

class PeerSession final : public protocols::Peer {
  public:
    PeerSession(desk::Site& site, const ListenerFacts& facts, boost::asio::ip::tcp::socket socket);

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void drain() override;
    void cut() override;
    bool leave_where_unwelcome() override;
    [[nodiscard]] const Id& id() const override { return session_.id(); }
    [[nodiscard]] boost::asio::any_io_executor strand() override { return strand_; }

  private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] boost::asio::awaitable<void> serve();
    [[nodiscard]] boost::asio::awaitable<void> end_failed();
    [[nodiscard]] boost::asio::awaitable<void> turn_away(protocols::NoPlace why);
    [[nodiscard]] boost::asio::awaitable<void> watch();
    void watch_transfer();
    [[nodiscard]] protocols::SessionState state() const;
    [[nodiscard]] std::chrono::milliseconds until_next_look() const;

    desk::Site& site_;
    const ListenerFacts& facts_;
    boost::asio::any_io_executor strand_;
    ControlConnection control_;
    desk::Session session_;
    std::optional<protocols::Places> places_;  // to the end: what is still open counts
    std::optional<FtpSession> ftp_;
    OwnedTasks tasks_;
    boost::asio::steady_timer watch_timer_;
    const Clock::time_point began_ = Clock::now();
    std::error_code not_begun_;      // why there is no ftp_
    std::uint64_t moved_bytes_ = 0;  // at `moved_`
    Clock::time_point moved_ = began_;
    Clock::time_point told_{};  // when it was asked to end
    bool was_transferring_ = false;
    bool draining_ = false;
    bool ended_ = false;
};

}  // namespace consign::ftps
