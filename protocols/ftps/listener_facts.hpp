// What the sessions of one FTPS listener share.
#pragma once

#include <boost/asio/ip/address_v4.hpp>
#include <memory>
#include <optional>
#include <string>

#include "protocols/ftps/live_tls_context.hpp"
#include "protocols/ftps/passive_ports.hpp"

namespace consign::ftps {

/// Must a data connection resume the control connection's TLS session, so that nobody else can
/// have made it?
enum class SessionReuse : std::uint8_t { require, prefer, off };

struct ListenerFacts {
    std::string name;
    bool implicit = false;  // TLS from the first byte
    std::shared_ptr<LiveTlsContext> tls;
    SessionReuse session_reuse = SessionReuse::prefer;
    std::shared_ptr<PassivePorts> passive_ports;
    /// What PASV answers with, where not the address that the peer reached: that of a router which
    /// forwards the ports.
    std::optional<boost::asio::ip::address_v4> passive_address;
};

}  // namespace consign::ftps
