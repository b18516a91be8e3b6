// A client's FTPS session over OpenSSL: explicit TLS, a password, passive data connections that
// resume the control connection's TLS session. Blocks; one thread a session.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;
struct ssl_session_st;

namespace consign::bench {

struct FtpsServer {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::string user;
    std::string password;
};

/// A TCP connection, under TLS from secure() on. The server's certificate is not checked.
class TlsConnection {
  public:
    TlsConnection(const std::string& host, std::uint16_t port);
    TlsConnection(const TlsConnection&) = delete;
    TlsConnection& operator=(const TlsConnection&) = delete;
    ~TlsConnection();

    void secure(ssl_ctx_st* context, ssl_session_st* resumed);
    void write(std::string_view bytes);
    /// 0 at the end.
    std::size_t read(char* to, std::size_t size);
    /// Says that no more will be written, and waits for the other side to say so.
    void end();
    [[nodiscard]] ssl_st* tls() { return tls_; }

  private:
    int descriptor_;
    ssl_st* tls_ = nullptr;
};

class FtpsSession {
  public:
    explicit FtpsSession(const FtpsServer& server);
    FtpsSession(const FtpsSession&) = delete;
    FtpsSession& operator=(const FtpsSession&) = delete;
    ~FtpsSession();

    /// Sends a command, and returns its reply; one that does not begin with `expected` is an error.
    std::string ask(std::string_view command, std::string_view expected);
    /// Opens a data connection, and sends the command that uses it.
    std::unique_ptr<TlsConnection> transfer(std::string_view command);
    /// The reply that ends a transfer.
    void transferred() { reply("2"); }

  private:
    std::string reply(std::string_view expected);

    std::string host_;
    std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
    /// The newest ticket that the control connection was given.
    ssl_session_st* ticket_ = nullptr;
    TlsConnection control_;
    std::string lines_;
};

}  // namespace consign::bench
