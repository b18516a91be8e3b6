#include "protocols/peer.hpp"

namespace consign::protocols {

namespace asio = boost::asio;

asio::ip::address plain_address(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address;
}

asio::ip::address peer_address(const asio::ip::tcp::socket& socket) {
    boost::system::error_code gone;
    return plain_address(socket.remote_endpoint(gone).address());
}

asio::ip::address reached_address(const asio::ip::tcp::socket& socket) {
    boost::system::error_code gone;
    return plain_address(socket.local_endpoint(gone).address());
}

}  // namespace consign::protocols
