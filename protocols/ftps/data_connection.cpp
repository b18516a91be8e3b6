#include "protocols/ftps/data_connection.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "protocols/ftps/deadline.hpp"
#include "protocols/ftps/ftps_errc.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

namespace {

/// How often it is looked whether the peer's system has acknowledged everything.
constexpr std::chrono::milliseconds acknowledgement_interval{2};

}  // namespace

asio::awaitable<Result<>> DataConnection::open() {
    bool late = false;
    const auto expire = [&] {
        late = true;
        close();
    };
    std::optional<Deadline> deadline;
    deadline.emplace(strand_, connect_time, expire);
    auto socket = co_await port_->connect();
    deadline.reset();
    // The port is given back at once: others wait for it.
    port_.reset();
    if (late) co_return failure(ftps_errc::data_connection_late);
    if (!socket) co_return failure(socket.error());

    boost::system::error_code ignored;
    socket->set_option(asio::ip::tcp::no_delay(true), ignored);
    socket->set_option(asio::socket_base::keep_alive(true), ignored);
    stream_.emplace(context_, std::move(*socket), options_);
    deadline.emplace(strand_, handshake_time, expire);
    auto shaken = co_await stream_->handshake();
    deadline.reset();
    if (late) co_return failure(ftps_errc::data_handshake_late);
    co_return shaken;
}

asio::awaitable<Result<>> DataConnection::shut_down() {
    if (auto sent = co_await stream_->shut_down(); !sent) co_return sent;
    asio::steady_timer timer(strand_);
    for (;;) {
        asio::ip::tcp::socket& socket = stream_->socket();
        int unacknowledged = 0;
        if (!socket.is_open()) co_return failure(ftps_errc::connection_broken);
        if (::ioctl(socket.native_handle(), SIOCOUTQ, &unacknowledged) != 0 || unacknowledged <= 0)
            break;
        timer.expires_after(acknowledgement_interval);
        co_await timer.async_wait(asio::use_awaitable);
    }
    boost::system::error_code broken;
    asio::detail::socket_option::integer<SOL_SOCKET, SO_ERROR> error;
    stream_->socket().get_option(error, broken);
    if (broken || error.value() != 0) co_return failure(ftps_errc::connection_broken);
    co_return Result<>{};
}

void DataConnection::close() {
    if (port_) port_->close();
    if (stream_) stream_->close();
}

}  // namespace consign::ftps
