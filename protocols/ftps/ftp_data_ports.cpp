// Where the next data connection is: PASV, EPSV, PORT, EPRT (RFC 959 section 4.1.2, RFC 2428).
#include "protocols/ftps/endpoint.hpp"
#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/reply_code.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

namespace {

constexpr std::uint16_t lowest_unprivileged_port = 1024;
/// How long after a reply the next command is waited for, whatever the port's age.
constexpr std::chrono::steady_clock::duration next_command_time = std::chrono::seconds(5);
constexpr std::string_view extended_only = "after EPSV ALL, only EPSV is served";

}  // namespace

void FtpSession::note_stranger(const asio::ip::address& stranger) {
    tasks_.start(session_.refused_request("data connection from another address", stranger));
}

void FtpSession::open_passive(bool extended) {
    const asio::ip::address reached = control_.reached_address();
    const auto shown =
        facts_.passive_address ? asio::ip::address(*facts_.passive_address) : reached;
    if (!extended && (!reached.is_v4() || !shown.is_v4()))
        return say(ftps_errc::passive_needs_ipv4);
    data_port_lapses_.reset();
    data_port_.reset();
    auto lease = facts_.passive_ports->lease(strand_, reached);
    if (!lease) {
        tasks_.start(session_.refused_request("passive.ports is used up"));
        return say(lease.error());
    }
    auto port = std::make_unique<PassiveDataPort>(
        tasks_, std::move(*lease), session_.peer(),
        [this](const asio::ip::address& stranger) { note_stranger(stranger); });
    if (extended)
        say(229, extended_passive_reply_text(port->port()));
    else
        say(227, passive_reply_text(shown.to_v4(), port->port()));
    data_port_ = std::move(port);
    data_port_until_ = std::chrono::steady_clock::now() + DataConnection::connect_time;
}

/// One who asks for a passive port, and then does nothing, keeps it from others. Between commands
/// alone: one that is being served may take its time (the look at a large unfinished file), and the
/// next comes behind its reply.
void FtpSession::let_data_port_lapse() {
    if (!data_port_ || !data_port_->is_scarce()) return;
    const auto left = data_port_until_ - std::chrono::steady_clock::now();
    data_port_lapses_.emplace(strand_, std::max(left, next_command_time),
                              [this] { data_port_.reset(); });
}

asio::awaitable<void> FtpSession::pasv(std::string) {
    if (extended_ports_only_) co_return say(503, extended_only);
    open_passive(false);
}

asio::awaitable<void> FtpSession::epsv(std::string argument) {
    const auto wanted = parse_epsv(argument);
    if (!wanted) co_return say(wanted.error());
    if (wanted->all) {
        extended_ports_only_ = true;
        co_return say(200, "only EPSV is served from now on");
    }
    const bool is_v4 = control_.reached_address().is_v4();
    if ((wanted->protocol == EpsvProtocol::v4 && !is_v4) ||
        (wanted->protocol == EpsvProtocol::v6 && is_v4))
        co_return say(522, is_v4 ? "network protocol not supported, use (1)"
                                 : "network protocol not supported, use (2)");
    open_passive(true);
}

void FtpSession::open_active(const asio::ip::tcp::endpoint& to) {
    if (extended_ports_only_) return say(503, extended_only);
    if (to.address() != session_.peer()) {
        tasks_.start(session_.refused_request("data connection to another address"));
        return say(ftps_errc::not_the_peer);
    }
    if (to.port() < lowest_unprivileged_port) {
        tasks_.start(session_.refused_request("data connection to a privileged port"));
        return say(501, "the data port must be 1024 or higher");
    }
    data_port_lapses_.reset();
    data_port_ = std::make_unique<ActiveDataPort>(strand_, control_.reached_address(), to);
    say(200, "data goes to that port");
}

asio::awaitable<void> FtpSession::port(std::string argument) {
    const auto to = parse_port(argument);
    if (!to) co_return say(to.error());
    open_active({to->address, to->port});
}

asio::awaitable<void> FtpSession::eprt(std::string argument) {
    const auto to = parse_eprt(argument);
    if (!to) co_return say(to.error());
    open_active({to->address, to->port});
}

}  // namespace consign::ftps
