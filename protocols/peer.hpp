// One connection of one peer, whatever protocol it speaks: what its listener and the daemon's way
// down need to know of it.
#pragma once

#include <boost/asio.hpp>

#include "base/id.hpp"

namespace consign::protocols {

/// Lives on its connection's strand; whoever runs it keeps it until run() has returned.
class Peer {
  public:
    Peer() = default;
    virtual ~Peer() = default;
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    /// Returns when the connection is closed, every file is ended, and the session's row is too.
    [[nodiscard]] virtual boost::asio::awaitable<void> run() = 0;
    /// From the strand: ends as soon as no file is open.
    virtual void drain() = 0;
    /// From the strand: ends now; what is open is broken off.
    virtual void cut() = 0;
    /// From the strand: ends where the policy in force no longer lets its account be here; what is
    /// open is broken off, and the peer is told why. Says whether.
    virtual bool leave_where_unwelcome() = 0;

    [[nodiscard]] virtual const Id& id() const = 0;
    [[nodiscard]] virtual boost::asio::any_io_executor strand() = 0;
};

/// A socket of both kinds sees IPv4 peers as mapped addresses (::ffff:192.0.2.1); `from`, the
/// limits and the ledger mean the plain ones.
[[nodiscard]] boost::asio::ip::address plain_address(const boost::asio::ip::address& address);
/// Where the peer is; no address at all where the connection is gone already.
[[nodiscard]] boost::asio::ip::address peer_address(const boost::asio::ip::tcp::socket& socket);
/// The address of this machine that the peer reached.
[[nodiscard]] boost::asio::ip::address reached_address(const boost::asio::ip::tcp::socket& socket);

}  // namespace consign::protocols
