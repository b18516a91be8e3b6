#include "protocols/ftps/data_port.hpp"

#include "protocols/peer.hpp"

namespace consign::ftps {

namespace asio = boost::asio;
using asio::ip::tcp;

struct PassiveDataPort::Waiting {
    Waiting(std::unique_ptr<PassivePorts::Lease> port, asio::ip::address from, OnStranger stranger)
        : lease(std::move(port)),
          peer(std::move(from)),
          on_stranger(std::move(stranger)),
          changed(lease->acceptor.get_executor()) {}

    std::unique_ptr<PassivePorts::Lease> lease;  // null: it waits no more
    asio::ip::address peer;
    OnStranger on_stranger;
    Wakeup changed;
    Result<tcp::socket> socket = failure(std::make_error_code(std::errc::operation_canceled));
};

PassiveDataPort::PassiveDataPort(OwnedTasks& tasks, std::unique_ptr<PassivePorts::Lease> lease,
                                 asio::ip::address peer, OnStranger on_stranger)
    : port_(lease->port) {
    waiting_ = std::make_shared<Waiting>(std::move(lease), std::move(peer), std::move(on_stranger));
    tasks.start(accept_peer(waiting_));
}

asio::awaitable<void> PassiveDataPort::accept_peer(std::shared_ptr<Waiting> waiting) {
    while (waiting->lease) {
        tcp::acceptor& acceptor = waiting->lease->acceptor;
        tcp::socket socket(acceptor.get_executor());
        // Asked of accept(2): of a connection that was reset meanwhile, the socket knows no more.
        tcp::endpoint from;
        boost::system::error_code error;
        co_await acceptor.async_accept(socket, from,
                                       asio::redirect_error(asio::use_awaitable, error));
        if (!waiting->lease) co_return;
        const auto address = protocols::plain_address(from.address());
        if (!error && address != waiting->peer) {
            waiting->on_stranger(address);
            continue;
        }
        if (error)
            waiting->socket = failure(std::error_code(error));
        else
            waiting->socket = std::move(socket);
        waiting->lease.reset();
        waiting->changed.notify();
    }
}

asio::awaitable<Result<tcp::socket>> PassiveDataPort::connect() {
    const auto waiting = waiting_;
    while (waiting->lease) co_await waiting->changed.wait();
    co_return std::move(waiting->socket);
}

void PassiveDataPort::close() {
    waiting_->lease.reset();
    waiting_->changed.notify();
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
