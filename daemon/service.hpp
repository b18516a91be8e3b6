// The running daemon: listeners, housekeeping, signals, and the way down.
#pragma once

#include <boost/asio.hpp>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/owned_tasks.hpp"
#include "daemon/control_socket.hpp"
#include "daemon/site_listener.hpp"
#include "desk/site.hpp"

namespace consign::daemon {

/// Lives on one strand.
class Service {
  public:
    /// What sessions may take to close their files after the first SIGTERM.
    static constexpr std::chrono::seconds drain_time{30};

    Service(boost::asio::any_io_executor strand, desk::Site& site, std::filesystem::path config);

    void add(SiteListener listener) { listeners_.push_back({std::move(listener), {}}); }
    void set_control(std::unique_ptr<ControlSocket> control) { control_ = std::move(control); }

    /// Serves until SIGTERM or SIGINT; then accepts no more, lets sessions close their files, ends
    /// them, and returns. A second signal ends them at once. SIGHUP reloads the policy, and reads
    /// certificates again.
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// The answer to the administrator's `status`.
    [[nodiscard]] boost::json::object status() const;

  private:
    [[nodiscard]] boost::asio::awaitable<void> look_after();
    [[nodiscard]] boost::asio::awaitable<void> reload();
    [[nodiscard]] boost::asio::awaitable<void> reload_policy();
    [[nodiscard]] boost::asio::awaitable<void> reload_certificates();
    [[nodiscard]] boost::asio::awaitable<void> wait_for_stop();
    [[nodiscard]] boost::asio::awaitable<void> cut_after_drain_time();
    void cut_at_second_signal();
    [[nodiscard]] boost::asio::awaitable<void> end_sessions();

    boost::asio::any_io_executor strand_;
    desk::Site& site_;
    std::filesystem::path config_;
    struct Served {
        SiteListener listener;
        std::error_code certificate_refused;  // why the last reading of it failed
    };
    std::vector<Served> listeners_;
    std::unique_ptr<ControlSocket> control_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer housekeeping_timer_;
    boost::asio::steady_timer drain_timer_;
    OwnedTasks tasks_;
    Timestamp policy_loaded_;
    bool stopping_ = false;
};

}  // namespace consign::daemon
