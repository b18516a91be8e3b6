#include "protocols/ftps/passive_ports.hpp"

#include "protocols/ftps/ftps_errc.hpp"

namespace consign::ftps {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// The client connects once; the others in this queue are strangers, who are turned away.
constexpr int backlog_connections = 16;

Result<tcp::acceptor> listen_on(const asio::any_io_executor& strand,
                                const tcp::endpoint& endpoint) {
    tcp::acceptor acceptor(strand);
    boost::system::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(backlog_connections, error);
    if (error) return failure(std::error_code(error));
    return acceptor;
}

}  // namespace

PassivePorts::Lease::~Lease() {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    ports_.give_back(port);
}

bool PassivePorts::take(std::uint16_t port) {
    const std::scoped_lock lock(mutex_);
    return taken_.insert(port).second;
}

void PassivePorts::give_back(std::uint16_t port) {
    const std::scoped_lock lock(mutex_);
    taken_.erase(port);
}

Result<std::unique_ptr<PassivePorts::Lease>> PassivePorts::lease(
    const asio::any_io_executor& strand, const asio::ip::address& address) {
    if (range_.first == 0) {
        auto acceptor = listen_on(strand, tcp::endpoint(address, 0));
        if (!acceptor) return failure(ftps_errc::no_passive_port);
        const std::uint16_t port = acceptor->local_endpoint().port();
        return std::make_unique<Lease>(*this, std::move(*acceptor), port);
    }
    const std::uint32_t count = std::uint32_t{range_.last} - range_.first + 1;
    const auto random = random_.array<2>();
    const std::uint32_t start = (std::uint32_t{random[0]} << 8 | random[1]) % count;
    for (std::uint32_t step = 0; step < count; ++step) {
        const auto port = static_cast<std::uint16_t>(range_.first + (start + step) % count);
        if (!take(port)) continue;
        // Another program may have it.
        if (auto acceptor = listen_on(strand, tcp::endpoint(address, port)))
            return std::make_unique<Lease>(*this, std::move(*acceptor), port);
        give_back(port);
    }
    return failure(ftps_errc::no_passive_port);
}

}  // namespace consign::ftps
