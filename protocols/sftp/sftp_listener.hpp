// Accepts connections of one listener, and owns their sessions until the last has ended.
#pragma once

#include <boost/asio.hpp>
#include <list>

#include "protocols/sftp/peer_session.hpp"

namespace consign::sftp {

class SftpListener {
  public:
    /// Binds and listens: what the system refuses is thrown (boost::system::system_error), for a
    /// start that fails.
    SftpListener(boost::asio::io_context& io, boost::asio::any_io_executor strand, desk::Site& site,
                 ListenerFacts facts, const boost::asio::ip::tcp::endpoint& endpoint);

    // All of the rest is for the strand.
    /// Accepts until `stop_accepting`.
    [[nodiscard]] boost::asio::awaitable<void> run();
    [[nodiscard]] std::uint16_t port() const { return bound_.port(); }
    [[nodiscard]] boost::asio::ip::address address() const { return bound_.address(); }
    [[nodiscard]] const std::string& name() const { return facts_.name; }
    void stop_accepting();
    /// Sessions end as soon as they have no file open.
    void drain();
    /// Sessions end now.
    void cut();
    /// Returns when there is no session left.
    [[nodiscard]] boost::asio::awaitable<void> all_ended();
    [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

  private:
    using Owned = std::list<std::shared_ptr<PeerSession>>;
    void begin(boost::asio::ip::tcp::socket socket);
    template <class Act>
    void each(Act act);

    boost::asio::io_context& io_;
    desk::Site& site_;
    ListenerFacts facts_;
    boost::asio::any_io_executor strand_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::endpoint bound_;
    Owned sessions_;
    Wakeup ended_;
};

}  // namespace consign::sftp
