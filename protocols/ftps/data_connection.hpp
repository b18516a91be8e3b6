// One data connection, from the data port to its last byte: connected in time, with the peer of the
// control connection, under TLS as the listener asks (RFC 4217 section 7).
#pragma once

#include <boost/asio.hpp>
#include <memory>
#include <optional>

#include "protocols/ftps/data_port.hpp"
#include "protocols/ftps/tls_stream.hpp"

namespace consign::ftps {

/// Lives on the session's strand.
class DataConnection {
  public:
    /// In which the peer has to connect, or to answer where it is connected to.
    static constexpr std::chrono::seconds connect_time{30};
    static constexpr std::chrono::seconds handshake_time{30};

    DataConnection(const boost::asio::any_io_executor& strand, std::unique_ptr<DataPort> port,
                   std::shared_ptr<const TlsContext> context, const TlsStream::Options& options)
        : strand_(strand),
          port_(std::move(port)),
          context_(std::move(context)),
          options_(options) {}

    /// Connects, and shakes hands. ftps_errc::data_connection_late, ftps_errc::data_handshake_late,
    /// a tls_errc, or what the network says.
    [[nodiscard]] boost::asio::awaitable<Result<>> open();
    /// After open().
    [[nodiscard]] TlsStream& stream() { return *stream_; }
    /// Ends it in order, and returns when the peer's system has all that was sent, or is gone.
    [[nodiscard]] boost::asio::awaitable<Result<>> shut_down();
    /// Of what was sent, so much has not reached the peer's system yet.
    [[nodiscard]] std::uint64_t unacknowledged_bytes();
    /// At once, whatever it is waiting for. Idempotent.
    void close();

  private:
    boost::asio::any_io_executor strand_;
    std::unique_ptr<DataPort> port_;
    std::shared_ptr<const TlsContext> context_;
    TlsStream::Options options_;
    std::optional<TlsStream> stream_;
    bool is_closed_ = false;
};

}  // namespace consign::ftps
