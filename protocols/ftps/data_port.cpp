#include "protocols/ftps/data_port.hpp"

#include "protocols/peer.hpp"

namespace consign::ftps {

namespace asio = boost::asio;
using asio::ip::tcp;

PassiveDataPort::PassiveDataPort(std::unique_ptr<PassivePorts::Lease> lease, asio::ip::address peer,
                                 std::function<void()> on_stranger)
    : lease_(std::move(lease)), peer_(std::move(peer)), on_stranger_(std::move(on_stranger)) {}

asio::awaitable<Result<tcp::socket>> PassiveDataPort::connect() {
    for (;;) {
        tcp::socket socket(lease_->acceptor.get_executor());
        boost::system::error_code error;
        co_await lease_->acceptor.async_accept(socket,
                                               asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return failure(std::error_code(error));
        if (protocols::peer_address(socket) == peer_) co_return std::move(socket);
        on_stranger_();
    }
}

void PassiveDataPort::close() {
    boost::system::error_code ignored;
    lease_->acceptor.close(ignored);
}

ActiveDataPort::ActiveDataPort(const asio::any_io_executor& strand, asio::ip::address from,
                               tcp::endpoint to)
    : socket_(strand), from_(std::move(from)), to_(std::move(to)) {}

asio::awaitable<Result<tcp::socket>> ActiveDataPort::connect() {
    boost::system::error_code error;
    socket_.open(to_.protocol(), error);
    if (!error) socket_.bind(tcp::endpoint(from_, 0), error);
    if (!error)
        co_await socket_.async_connect(to_, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return failure(std::error_code(error));
    co_return std::move(socket_);
}

void ActiveDataPort::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}  // namespace consign::ftps
