// Where the next data connection comes from (PASV, EPSV) or goes to (PORT, EPRT): RFC 959 section
// 3.2, RFC 2428. In both cases only the control connection's own peer is at the other end.
#pragma once

#include <boost/asio.hpp>
#include <functional>
#include <memory>

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
};

class PassiveDataPort final : public DataPort {
  public:
    /// `on_stranger` hears of each connection that came from another address than `peer`; it is
    /// closed, and the peer's own is still awaited.
    PassiveDataPort(std::unique_ptr<PassivePorts::Lease> lease, boost::asio::ip::address peer,
                    std::function<void()> on_stranger);

    [[nodiscard]] std::uint16_t port() const { return lease_->port; }
    [[nodiscard]] boost::asio::awaitable<Result<boost::asio::ip::tcp::socket>> connect() override;
    void close() override;

  private:
    std::unique_ptr<PassivePorts::Lease> lease_;
    boost::asio::ip::address peer_;
    std::function<void()> on_stranger_;
};

class ActiveDataPort final : public DataPort {
  public:
    /// `from`: the address that the peer reached, which its firewall expects to hear from.
    ActiveDataPort(const boost::asio::any_io_executor& strand, boost::asio::ip::address from,
                   boost::asio::ip::tcp::endpoint to);

    [[nodiscard]] boost::asio::awaitable<Result<boost::asio::ip::tcp::socket>> connect() override;
    void close() override;

  private:
    boost::asio::ip::tcp::socket socket_;
    boost::asio::ip::address from_;
    boost::asio::ip::tcp::endpoint to_;
};

}  // namespace consign::ftps
