// Both ends of a TLS connection over 127.0.0.1: a TlsStream on a thread of its own, and OpenSSL's
// client, which blocks, in the test's. OpenSSL's configuration file is a hostile one throughout:
// what the tests hold, they hold whatever the machine says.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio.hpp>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "protocols/ftps/tls_errc.hpp"
#include "protocols/ftps/tls_stream.hpp"

namespace consign::test {

/// A file made once per process: "rsa", "ecdsa", "rsa1024", "expired" (servers), "ca", "other_ca",
/// "good", "stranger", "late" (clients; signed by ca, by other_ca, by ca and expired), each as
/// .pem and .key; "encrypted.key".
[[nodiscard]] std::filesystem::path tls_file(const std::string& name);

struct Outcome {
    int exit_code = -1;
    std::string output;  // both streams
};
/// Killed after 20 seconds.
[[nodiscard]] Outcome run(const std::string& command);

[[nodiscard]] Id id_of(std::uint8_t number);
[[nodiscard]] std::shared_ptr<const ftps::TlsContext> context_of(AlgorithmProfile profile,
                                                                 const std::string& name = "rsa",
                                                                 bool client_ca = false);

struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using Session = std::unique_ptr<SSL_SESSION, FreeSsl>;

class TlsClient {
  public:
    struct Options {
        int oldest = TLS1_VERSION;
        int newest = TLS1_3_VERSION;
        std::string suites = "ALL:COMPLEMENTOFALL:!eNULL@SECLEVEL=0";
        std::string suites13 =
            "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";
        std::string groups = "X25519:P-256:P-384:P-521";
        bool tickets = true;
        SSL_SESSION* session = nullptr;  // to resume
        std::string alpn{};              // in wire form
        std::string certificate{};       // a tls_file
    };

    TlsClient(int port, const Options& options);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    bool handshake();
    [[nodiscard]] SSL* ssl() { return ssl_.get(); }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] bool resumed() { return SSL_session_reused(ssl_.get()) == 1; }
    bool write(ByteView bytes);
    /// Fewer only where the connection ends.
    Bytes read(std::size_t size);
    /// True for close_notify, false for whatever else ends the connection.
    bool reads_close_notify();
    /// The session to resume: the newest ticket's.
    [[nodiscard]] Session session();

    /// Seals, and gives the records to the test instead of the socket.
    [[nodiscard]] Bytes seal(ByteView bytes);
    [[nodiscard]] Bytes seal_close_notify();
    void send_raw(ByteView bytes);
    void end_sending();
    void reset();
    void drop() { reset_or_close(false); }

  private:
    [[nodiscard]] Bytes sealed();
    void reset_or_close(bool reset);
    static int keep_ticket(SSL* ssl, SSL_SESSION* session);

    std::unique_ptr<SSL_CTX, FreeSsl> context_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
    Session newest_;
    int descriptor_ = -1;
};

class TlsServer {
  public:
    TlsServer();
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    [[nodiscard]] int port() const { return port_; }
    /// The next connection, whose handshake has not begun.
    [[nodiscard]] std::unique_ptr<ftps::TlsStream> accept(
        std::shared_ptr<const ftps::TlsContext> context, const ftps::TlsStream::Options& options);

    template <class T>
    [[nodiscard]] std::future<T> start(boost::asio::awaitable<T> task) {
        return boost::asio::co_spawn(strand_, std::move(task), boost::asio::use_future);
    }
    /// Runs there, and waits for it.
    template <class Call>
    auto on_strand(Call call) {
        return boost::asio::post(strand_, std::packaged_task<std::invoke_result_t<Call>()>(call))
            .get();
    }

  private:
    boost::asio::io_context io_;
    boost::asio::strand<boost::asio::io_context::executor_type> strand_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::ip::tcp::acceptor acceptor_;
    int port_;
    std::thread thread_;
};

/// A handshake between the two; `server` is what the stream said of it.
struct Connection {
    std::unique_ptr<TlsClient> client;
    std::unique_ptr<ftps::TlsStream> stream;
    Result<> server;
    bool client_done = false;
};
[[nodiscard]] Connection connect(TlsServer& server, std::shared_ptr<const ftps::TlsContext> context,
                                 const ftps::TlsStream::Options& stream_options = {},
                                 const TlsClient::Options& client_options = {});

/// The first bytes of an endless stream that repeats nowhere near.
[[nodiscard]] Bytes pattern(std::size_t size);
[[nodiscard]] std::size_t resident_bytes();

}  // namespace consign::test
