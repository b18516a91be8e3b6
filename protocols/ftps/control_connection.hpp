// The bytes of a control connection: in clear until TLS begins on it, and never again afterwards.
#pragma once

#include <boost/asio.hpp>
#include <memory>
#include <optional>
#include <string_view>

#include "base/id.hpp"
#include "protocols/ftps/tls_stream.hpp"

namespace consign::ftps {

/// Lives on the socket's strand. One coroutine reads, and one writes.
class ControlConnection {
  public:
    explicit ControlConnection(boost::asio::ip::tcp::socket socket);

    [[nodiscard]] boost::asio::any_io_executor strand() { return socket().get_executor(); }
    /// Of the peer, and of this machine as the peer reached it.
    [[nodiscard]] const boost::asio::ip::address& peer_address() const { return peer_; }
    [[nodiscard]] const boost::asio::ip::address& reached_address() const { return reached_; }

    /// As TlsStream::handshake. Nothing may be read or written meanwhile.
    [[nodiscard]] boost::asio::awaitable<Result<>> start_tls(
        std::shared_ptr<const TlsContext> context, const Id& session);
    [[nodiscard]] bool is_secure() const { return tls_.has_value(); }
    /// Where it is secure: the TLS connection, and what its data connections are to be made with.
    [[nodiscard]] TlsStream& tls() { return *tls_; }
    [[nodiscard]] const std::shared_ptr<const TlsContext>& tls_context() const { return context_; }

    /// At least one byte; 0 at the peer's end of it, however it said so.
    [[nodiscard]] boost::asio::awaitable<Result<std::size_t>> read(ByteSpan into);
    [[nodiscard]] boost::asio::awaitable<Result<>> write(std::string_view text);
    /// In clear, and without waiting: what the system does not take at once is lost.
    void write_now(std::string_view text);
    /// Has the peer ended the connection, or lost it, by all that the system knows at this moment?
    /// Also where bytes before that end were not read yet.
    [[nodiscard]] bool has_ended();

    /// Ends this side in order. To close a socket with bytes unread would make the system drop what
    /// was written last: whoever reads should go on until the peer has ended its side, too.
    [[nodiscard]] boost::asio::awaitable<Result<>> end_sending();
    /// At once.
    void close();

  private:
    [[nodiscard]] boost::asio::ip::tcp::socket& socket();

    boost::asio::ip::address peer_, reached_;
    std::optional<boost::asio::ip::tcp::socket> clear_;
    std::shared_ptr<const TlsContext> context_;
    std::optional<TlsStream> tls_;
};

}  // namespace consign::ftps
