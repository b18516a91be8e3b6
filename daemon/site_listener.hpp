// A listener of the policy, opened: its socket, its keys, and what may be read again while it runs.
#pragma once

#include <memory>

#include "desk/site/site.hpp"
#include "protocols/ftps/live_tls_context.hpp"
#include "protocols/listener.hpp"
#include "protocols/sftp/receive_window.hpp"

namespace consign::daemon {

struct SiteListener {
    std::unique_ptr<protocols::Listener> socket;
    /// Of an FTPS listener; null for others.
    std::shared_ptr<ftps::LiveTlsContext> tls;
};

/// Throws StartFailure, with what is wrong of its keys, certificates or address. Of a certificate
/// that has expired it warns on standard error, as check_listener does. `windows`: shared
/// by all SFTP listeners.
[[nodiscard]] SiteListener open_listener(boost::asio::io_context& io,
                                         const boost::asio::any_io_executor& strand,
                                         desk::Site& site, const policy::Listener& listener,
                                         const std::shared_ptr<ssh::WindowBudget>& windows);

/// Reads the keys and certificates that the listener names, as a start would. Throws StartFailure.
void check_listener(const policy::Listener& listener);

}  // namespace consign::daemon
