#include "protocols/ftps/data_connection.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "protocols/ftps/deadline.hpp"
#include "protocols/ftps/ftps_errc.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

namespace {

/// How often it is looked whether the peer's system has acknowledged everything.
constexpr std::chrono::milliseconds shortest_interval{1};
constexpr std::chrono::milliseconds longest_interval{100};

bool is_broken(asio::ip::tcp::socket& socket) {
    asio::detail::socket_option::integer<SOL_SOCKET, SO_ERROR> error;
    boost::system::error_code unknown;
    socket.get_option(error, unknown);
    return unknown || error.value() != 0;
}

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
    // It may have been closed when it was connected, and nobody knew of it yet.
    if (is_closed_) co_return failure(std::make_error_code(std::errc::operation_canceled));
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

std::uint64_t DataConnection::unacknowledged_bytes() {
    int bytes = 0;
    if (!stream_ || !stream_->socket().is_open() ||
        ::ioctl(stream_->socket().native_handle(), SIOCOUTQ, &bytes) != 0)
        return 0;
    return static_cast<std::uint64_t>(std::max(bytes, 0));
}

asio::awaitable<Result<>> DataConnection::shut_down() {
    if (auto sent = co_await stream_->shut_down(); !sent) co_return sent;
    asio::steady_timer timer(strand_);
    for (auto interval = shortest_interval;; interval = std::min(2 * interval, longest_interval)) {
        asio::ip::tcp::socket& socket = stream_->socket();
        // What a reset leaves unacknowledged stays so.
        if (!socket.is_open() || is_broken(socket)) co_return failure(ftps_errc::connection_broken);
        if (unacknowledged_bytes() == 0) co_return Result<>{};
        timer.expires_after(interval);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

void DataConnection::close() {
    is_closed_ = true;
    if (port_) port_->close();
    if (stream_) stream_->close();
}

}  // namespace consign::ftps
