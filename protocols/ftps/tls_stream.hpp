// One TLS connection, server side, on a socket's strand (RFC 5246, RFC 8446). Reading and writing
// may be awaited at the same time, each by one coroutine.
#pragma once

#include <boost/asio.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/wakeup.hpp"
#include "protocols/ftps/tls_context.hpp"
#include "protocols/ftps/tls_wire.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace consign::ftps {

/// A client's certificate, of which it has proved that it holds the key, signed by `client_ca`.
struct PeerCertificate {
    Digest32 fingerprint{};  // SHA-256 of the DER form
    std::string subject;     // RFC 2253: "CN=analyser-3,O=Biomed"
};

class TlsStream {
  public:
    enum class Kind : std::uint8_t {
        control,  // asks for a client certificate where there is a client_ca; issues tickets
        data,     // neither
    };
    struct Options {
        Kind kind = Kind::control;
        /// Of the control session. It is the session id context (SSL_set_session_id_context) of
        /// all its connections, so it travels inside every ticket and cached session, and only
        /// sessions that began under it are resumed.
        Id control_session{};
        /// A client that does not resume such a session is refused within the handshake, with
        /// tls_errc::session_not_resumed, before it could be given a ticket.
        bool must_resume = false;
    };

    TlsStream(std::shared_ptr<const TlsContext> context, boost::asio::ip::tcp::socket socket,
              const Options& options);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    /// Nothing is taken over from the clear: what the socket gives is TLS from its first byte.
    /// tls_errc::session_not_resumed, tls_errc::wrong_protocol (an ALPN offer without "ftp"),
    /// tls_errc::handshake_failed, tls_errc::not_tls, tls_errc::refused_by_client,
    /// tls_errc::truncated (the peer ended the connection), or the socket's error.
    [[nodiscard]] boost::asio::awaitable<Result<>> handshake();

    /// Waits for at least one byte, then takes all that is there and fits into `into`, which is not
    /// empty. 0: the peer's close_notify. tls_errc::truncated: the connection ended without one.
    /// tls_errc::bad_record: what came is not this session's TLS. Or the socket's error. After
    /// each of these, the same again.
    [[nodiscard]] boost::asio::awaitable<Result<std::size_t>> read(ByteSpan into);
    /// Returns when the socket has taken all of it. The peer's close_notify does not hinder it.
    [[nodiscard]] boost::asio::awaitable<Result<>> write(ByteView bytes);
    /// Sends close_notify (and what waits before it), then ends the sending side of the socket; in
    /// the place of a write(). What the peer still sends can be read.
    [[nodiscard]] boost::asio::awaitable<Result<>> shut_down();
    /// At once; whoever awaits anything here is told std::errc::operation_canceled, and the stream
    /// must live until he has been. Idempotent.
    void close();

    /// TLS 1.3: a fresh ticket goes out, at the latest ahead of the next write. Before TLS 1.3, on
    /// a data connection, or before the end of the handshake: nothing.
    void renew_ticket();
    [[nodiscard]] bool is_resumed() const;
    /// "TLSv1.3 TLS_AES_256_GCM_SHA384", after the handshake.
    [[nodiscard]] std::string algorithms() const;
    /// After the handshake; nothing where there was none, or client_ca did not sign it.
    [[nodiscard]] std::optional<PeerCertificate> peer_certificate() const;
    [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return socket_; }

  private:
    friend class TlsContext;
    enum class Step : std::uint8_t { done, wants_more, failed };

    [[nodiscard]] static int refuse_full_handshake(ssl_st* ssl, void* stream);
    [[nodiscard]] static int choose_protocol(ssl_st* ssl, const unsigned char** chosen,
                                             unsigned char* chosen_size,
                                             const unsigned char* offered,
                                             unsigned int offered_size, void*);

    [[nodiscard]] Step advance_handshake();
    [[nodiscard]] std::size_t open_records(ByteSpan into);
    [[nodiscard]] Result<> seal(ByteView bytes);
    [[nodiscard]] std::error_code why_ended(std::error_code otherwise) const;
    [[nodiscard]] boost::asio::awaitable<std::error_code> readable();
    [[nodiscard]] boost::asio::awaitable<Result<>> flush();
    void send_at_once();

    struct Free {
        void operator()(ssl_st* ssl) const;
    };

    const std::shared_ptr<const TlsContext> context_;
    boost::asio::ip::tcp::socket socket_;
    const Kind kind_;
    const bool must_resume_;
    TlsWire wire_;
    std::unique_ptr<ssl_st, Free> ssl_;
    std::error_code refused_;                       // why a callback refused the handshake
    std::optional<Result<std::size_t>> last_read_;  // what read() answers from now on
    std::size_t answered_bytes_ = 0;                // since the last data, of OpenSSL's own accord
    std::error_code send_error_;                    // what write() answers from now on
    Bytes sending_;                                 // on its way to the socket
    bool flushing_ = false;
    Wakeup flushed_;
    bool closed_ = false;
};

}  // namespace consign::ftps
