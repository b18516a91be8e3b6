#include "protocols/ftps/control_connection.hpp"

#include <poll.h>

#include "protocols/ftps/tls_errc.hpp"
#include "protocols/keepalive.hpp"
#include "protocols/peer.hpp"

namespace consign::ftps {

namespace asio = boost::asio;
using asio::ip::tcp;

ControlConnection::ControlConnection(tcp::socket socket)
    : peer_(protocols::peer_address(socket)),
      reached_(protocols::reached_address(socket)),
      clear_(std::move(socket)) {
    boost::system::error_code ignored;
    clear_->set_option(tcp::no_delay(true), ignored);
    protocols::keep_alive(clear_->native_handle());
    // ABOR may come as urgent data (RFC 959 section 4.1.3), of which the system would take one byte
    // out of the stream, and so out of a TLS record.
    clear_->set_option(asio::socket_base::out_of_band_inline(true), ignored);
}

tcp::socket& ControlConnection::socket() {
    return tls_ ? tls_->socket() : *clear_;
}

asio::awaitable<Result<>> ControlConnection::start_tls(std::shared_ptr<const TlsContext> context,
                                                       const Id& session) {
    const TlsStream::Options options{
        .kind = TlsStream::Kind::control, .control_session = session, .must_resume = false};
    context_ = std::move(context);
    tls_.emplace(context_, std::move(*clear_), options);
    clear_.reset();
    co_return co_await tls_->handshake();
}

asio::awaitable<Result<std::size_t>> ControlConnection::read(ByteSpan into) {
    if (tls_) {
        auto count = co_await tls_->read(into);
        // Many clients just hang up; of commands, nothing is lost by that.
        if (!count && count.error() == make_error_code(tls_errc::truncated))
            co_return std::size_t{0};
        co_return count;
    }
    boost::system::error_code error;
    const std::size_t count = co_await clear_->async_read_some(
        asio::buffer(into.data(), into.size()), asio::redirect_error(asio::use_awaitable, error));
    if (error && error != asio::error::eof) co_return failure(std::error_code(error));
    co_return count;
}

asio::awaitable<Result<>> ControlConnection::write(std::string_view text) {
    if (tls_) co_return co_await tls_->write(as_bytes(text));
    boost::system::error_code error;
    co_await asio::async_write(*clear_, asio::buffer(text),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return failure(std::error_code(error));
    co_return Result<>{};
}

void ControlConnection::write_now(std::string_view text) {
    boost::system::error_code ignored;
    clear_->non_blocking(true, ignored);
    clear_->write_some(asio::buffer(text), ignored);
    clear_->shutdown(tcp::socket::shutdown_send, ignored);
}

bool ControlConnection::has_ended() {
    if (!socket().is_open()) return true;
    pollfd peer{.fd = socket().native_handle(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&peer, 1, 0) > 0;
}

asio::awaitable<Result<>> ControlConnection::end_sending() {
    if (tls_) co_return co_await tls_->shut_down();
    boost::system::error_code error;
    clear_->shutdown(tcp::socket::shutdown_send, error);
    if (error) co_return failure(std::error_code(error));
    co_return Result<>{};
}

void ControlConnection::close() {
    if (tls_) return tls_->close();
    boost::system::error_code ignored;
    clear_->close(ignored);
}

}  // namespace consign::ftps
