#include "daemon/site_listener.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "daemon/start_failure.hpp"
#include "desk/site/rfc3339.hpp"
#include "protocols/ftps/peer_session.hpp"
#include "protocols/sftp/host_key.hpp"
#include "protocols/sftp/peer_session.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
using protocols::Listener;

namespace {

ftps::SessionReuse session_reuse(policy::SessionReuse reuse) {
    switch (reuse) {
        case policy::SessionReuse::require:
            return ftps::SessionReuse::require;
        case policy::SessionReuse::prefer:
            return ftps::SessionReuse::prefer;
        case policy::SessionReuse::off:
            return ftps::SessionReuse::off;
    }
    std::unreachable();
}

std::shared_ptr<ssh::Server> load_ssh(const policy::Listener& listener) {
    ssh::Server::Options options{.host_keys = {}, .profile = listener.algorithms};
    for (const auto& file : listener.host_keys)
        options.host_keys.push_back(
            required(ssh::HostKey::load(file), fmt::format("host key {}", file.string())));
    return required(ssh::Server::create(std::move(options)),
                    fmt::format("listener `{}`", listener.name));
}

std::shared_ptr<ftps::LiveTlsContext> load_tls(const policy::Listener& listener) {
    ftps::TlsContext::Options options{.certificate = listener.certificate,
                                      .private_key = listener.private_key,
                                      .client_ca = listener.client_ca,
                                      .profile = listener.algorithms};
    std::string files = fmt::format("certificate {}, private_key {}", listener.certificate.string(),
                                    listener.private_key.string());
    if (listener.client_ca) files += fmt::format(", client_ca {}", listener.client_ca->string());
    auto first = required(ftps::TlsContext::load(options),
                          fmt::format("listener `{}` ({})", listener.name, files));
    // It is served all the same: see ftps::TlsContext.
    if (first->not_after() <= SystemClock().now())
        fmt::print(stderr, "consignd: warning: listener `{}`: the certificate {} expired on {}\n",
                   listener.name, listener.certificate.string(), desk::rfc3339(first->not_after()));
    return std::make_shared<ftps::LiveTlsContext>(std::move(options), std::move(first));
}

Listener::Receive receive_sftp(desk::Site& site, const policy::Listener& listener,
                               const std::shared_ptr<ssh::WindowBudget>& windows) {
    const auto facts =
        std::make_shared<const sftp::ListenerFacts>(listener.name, load_ssh(listener), windows);
    return [&site, facts](asio::ip::tcp::socket socket) {
        return std::make_shared<sftp::PeerSession>(site, *facts, std::move(socket));
    };
}

Listener::Receive receive_ftps(desk::Site& site, const policy::Listener& listener,
                               const std::shared_ptr<ftps::LiveTlsContext>& tls) {
    const ftps::PassivePorts::Range ports{listener.passive.first_port, listener.passive.last_port};
    const auto facts = std::make_shared<const ftps::ListenerFacts>(
        listener.name, listener.tls == policy::Tls::implicit, tls,
        session_reuse(listener.session_reuse),
        std::make_shared<ftps::PassivePorts>(ports, site.random), listener.passive.address);
    return [&site, facts](asio::ip::tcp::socket socket) {
        return std::make_shared<ftps::PeerSession>(site, *facts, std::move(socket));
    };
}

}  // namespace

void check_listener(const policy::Listener& listener) {
    if (listener.protocol == "ftps")
        (void)load_tls(listener);
    else
        (void)load_ssh(listener);
}

SiteListener open_listener(asio::io_context& io, const asio::any_io_executor& strand,
                           desk::Site& site, const policy::Listener& listener,
                           const std::shared_ptr<ssh::WindowBudget>& windows) {
    SiteListener opened;
    Listener::Receive receive;
    if (listener.protocol == "ftps") {
        opened.tls = load_tls(listener);
        receive = receive_ftps(site, listener, opened.tls);
    } else {
        receive = receive_sftp(site, listener, windows);
    }
    try {
        opened.socket = std::make_unique<Listener>(
            io, strand, site.log, listener.name, listener.protocol,
            asio::ip::tcp::endpoint(listener.address, listener.port), std::move(receive));
    } catch (const boost::system::system_error& refused) {
        throw StartFailure(fmt::format("listener `{}` on {} port {}: {}", listener.name,
                                       listener.address.to_string(), listener.port,
                                       refused.code().message()));
    }
    return opened;
}

}  // namespace consign::daemon
