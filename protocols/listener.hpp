// Accepts connections of one listener, and owns their sessions until the last has ended.
#pragma once

#include <boost/asio.hpp>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/wakeup.hpp"
#include "protocols/peer.hpp"

namespace consign::protocols {

class Listener {
  public:
    /// Makes the session of a connection that was accepted; on the listener's strand.
    using Receive = std::function<std::shared_ptr<Peer>(boost::asio::ip::tcp::socket)>;

    /// Binds and listens: what the system refuses is thrown (boost::system::system_error), for a
    /// start that fails. `name` and `protocol` are the policy's.
    Listener(boost::asio::io_context& io, boost::asio::any_io_executor strand, const Log& log,
             std::string name, std::string protocol, const boost::asio::ip::tcp::endpoint& endpoint,
             Receive receive);

    // All of the rest is for the strand.
    /// Accepts until `stop_accepting`.
    [[nodiscard]] boost::asio::awaitable<void> run();
    [[nodiscard]] std::uint16_t port() const { return bound_.port(); }
    [[nodiscard]] boost::asio::ip::address address() const { return bound_.address(); }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& protocol() const { return protocol_; }
    void stop_accepting();
    /// Sessions end as soon as they have no file open.
    void drain();
    /// Sessions end now.
    void cut();
    /// Ends the sessions whose account the policy in force no longer lets be here; says how many
    /// those were, once each session was asked.
    [[nodiscard]] boost::asio::awaitable<std::size_t> end_unwelcome();
    /// Returns when there is no session left.
    [[nodiscard]] boost::asio::awaitable<void> all_ended();
    [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

  private:
    using Owned = std::list<std::shared_ptr<Peer>>;
    void begin(boost::asio::ip::tcp::socket socket);
    template <class Act>
    void each(Act act);

    boost::asio::io_context& io_;
    boost::asio::any_io_executor strand_;
    const Log& log_;
    const std::string name_, protocol_;
    const Receive receive_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::endpoint bound_;
    Owned sessions_;
    Wakeup ended_;
};

}  // namespace consign::protocols
