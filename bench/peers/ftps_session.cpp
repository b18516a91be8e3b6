#include "bench/peers/ftps_session.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>

namespace consign::bench {

namespace {

constexpr std::size_t read_ahead_bytes = std::size_t{256} << 10;

[[noreturn]] void fail(std::string_view what) {
    char reason[256] = "";
    ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
    throw std::runtime_error(fmt::format("{}: {}", what, reason));
}

/// Keeps the newest ticket of a control connection; a data connection has no place for one.
int keep_ticket(SSL* tls, SSL_SESSION* ticket) {
    auto* const place = static_cast<SSL_SESSION**>(SSL_get_app_data(tls));
    if (place == nullptr) return 0;
    SSL_SESSION_free(*place);
    *place = ticket;
    return 1;
}

SSL_CTX* make_context() {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, keep_ticket);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, read_ahead_bytes);
    // Some servers end a data connection without close_notify.
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    return context;
}

}  // namespace

TlsConnection::TlsConnection(const std::string& host, std::uint16_t port)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    const int yes = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error(fmt::format("nobody listens at port {}", port));
}

TlsConnection::~TlsConnection() {
    SSL_free(tls_);
    ::close(descriptor_);
}

void TlsConnection::secure(SSL_CTX* context, SSL_SESSION* resumed) {
    tls_ = SSL_new(context);
    SSL_set_fd(tls_, descriptor_);
    if (resumed != nullptr) SSL_set_session(tls_, resumed);
    if (SSL_connect(tls_) != 1) fail("TLS");
}

void TlsConnection::write(std::string_view bytes) {
    if (tls_ == nullptr) {
        if (::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
            throw std::runtime_error("the server hung up");
        return;
    }
    std::size_t wrote = 0;
    if (SSL_write_ex(tls_, bytes.data(), bytes.size(), &wrote) != 1) fail("sending");
}

std::size_t TlsConnection::read(char* to, std::size_t size) {
    if (tls_ == nullptr) {
        const ssize_t got = ::read(descriptor_, to, size);
        return got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    std::size_t got = 0;
    if (SSL_read_ex(tls_, to, size, &got) == 1) return got;
    if (SSL_get_error(tls_, 0) != SSL_ERROR_ZERO_RETURN) fail("reading");
    return 0;
}

void TlsConnection::end() {
    SSL_shutdown(tls_);
    // ProFTPD waits ten seconds for the end of TCP, whatever TLS says.
    ::shutdown(descriptor_, SHUT_WR);
    char rest[512];
    while (read(rest, sizeof rest) > 0) {
    }
}

FtpsSession::FtpsSession(const FtpsServer& server)
    : host_(server.host), context_(make_context(), SSL_CTX_free), control_(host_, server.port) {
    reply("220");
    ask("AUTH TLS", "234");
    control_.secure(context_.get(), nullptr);
    SSL_set_app_data(control_.tls(), &ticket_);
    ask("USER " + server.user, "3");
    ask("PASS " + server.password, "230");
    ask("PBSZ 0", "200");
    ask("PROT P", "200");
    ask("TYPE I", "200");
}

FtpsSession::~FtpsSession() {
    // The connection ends first: what it is given in its last moments still has a place.
    SSL_set_app_data(control_.tls(), nullptr);
    SSL_SESSION_free(ticket_);
}

std::string FtpsSession::ask(std::string_view command, std::string_view expected) {
    control_.write(fmt::format("{}\r\n", command));
    return reply(expected);
}

std::string FtpsSession::reply(std::string_view expected) {
    for (;;) {
        const auto end = lines_.find("\r\n");
        if (end == std::string::npos) {
            char some[4096];
            const std::size_t got = control_.read(some, sizeof some);
            if (got == 0) throw std::runtime_error("the server hung up");
            lines_.append(some, got);
            continue;
        }
        const std::string line = lines_.substr(0, end);
        lines_.erase(0, end + 2);
        const bool is_last = line.size() > 3 && line[3] == ' ' && line[0] >= '1' && line[0] <= '5';
        if (!is_last) continue;
        if (!line.starts_with(expected)) throw std::runtime_error("the server says: " + line);
        return line;
    }
}

std::unique_ptr<TlsConnection> FtpsSession::transfer(std::string_view command) {
    const std::string entered = ask("EPSV", "229");
    const auto port_at = entered.find("|||");
    std::uint16_t port = 0;
    if (port_at == std::string::npos ||
        std::from_chars(entered.data() + port_at + 3, entered.data() + entered.size(), port).ec !=
            std::errc())
        throw std::runtime_error("no port in: " + entered);
    auto data = std::make_unique<TlsConnection>(host_, port);
    ask(command, "1");
    data->secure(context_.get(), ticket_);
    return data;
}

}  // namespace consign::bench
