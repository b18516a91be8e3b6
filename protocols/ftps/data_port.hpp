// Where the next data connection comes from (PASV, EPSV) or goes to (PORT, EPRT): RFC 959 section
// 3.2, RFC 2428. In both cases only the control connection's own peer is at the other end.
#pragma once

#include <boost/asio.hpp>
#include <functional>
#include <memory>

#include "base/owned_tasks.hpp"
#include "base/result.hpp"
#include "protocols/ftps/passive_ports.hpp"

namespace consign::ftps {

/// Lives on the session's strand.
class DataPort {
  public:
    DataPort() = default;
    virtual ~DataPort() = default;
    DataPort(const DataPort&) = delete;
    DataPort& operator=(const DataPort&) = delete;

    /// The connection, once; std::errc::operation_canceled after close().
    [[nodiscard]] virtual boost::asio::awaitable<Result<boost::asio::ip::tcp::socket>>
    connect() = 0;
    virtual void close() = 0;
    /// Others wait for one like it.
    [[nodiscard]] virtual bool is_scarce() const = 0;
};

/// Accepts from its making on, so that strangers never fill the queue in which the peer stands. The
/// port is given back as soon as the peer's connection is there.
class PassiveDataPort final : public DataPort {
  public:
    /// Hears of each connection that came from another address than the peer's, and was closed.
    using OnStranger = std::function<void(const boost::asio::ip::address&)>;

    /// `tasks`: of the session, which outlives this; `on_stranger` is called while they run.
    PassiveDataPort(OwnedTasks& tasks, std::unique_ptr<PassivePorts::Lease> lease,
                    boost::asio::ip::address peer, OnStranger on_stranger);
    ~PassiveDataPort() override { close(); }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] boost::asio::awaitable<Result<boost::asio::ip::tcp::socket>> connect() override;
    void close() override;
    [[nodiscard]] bool is_scarce() const override { return true; }

  private:
    struct Waiting;
    [[nodiscard]] static boost::asio::awaitable<void> accept_peer(std::shared_ptr<Waiting> waiting);

    const std::uint16_t port_;
    std::shared_ptr<Waiting> waiting_;  // shared with its task
};

class ActiveDataPort final : public DataPort {
  public:
    /// `from`: the address that the peer reached, which its firewall expects to hear from.
    ActiveDataPort(const boost::asio::any_io_executor& strand, boost::asio::ip::address from,
                   boost::asio::ip::tcp::endpoint to);

    [[nodiscard]] boost::asio::awaitable<Result<boost::asio::ip::tcp::socket>> connect() override;
    void close() override;
    [[nodiscard]] bool is_scarce() const override { return false; }

  private:
    boost::asio::ip::tcp::socket socket_;
    boost::asio::ip::address from_;
    boost::asio::ip::tcp::endpoint to_;
};

}  // namespace consign::ftps
