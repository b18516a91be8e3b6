// The running daemon: listeners, workers, housekeeping, signals, reloads, and the way down.
#pragma once

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/owned_tasks.hpp"
#include "base/wakeup.hpp"
#include "daemon/control_socket.hpp"
#include "daemon/policy_watch.hpp"
#include "daemon/site_listener.hpp"
#include "daemon/workers/worker.hpp"
#include "desk/policy_reload.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

/// Lives on one strand.
class Service {
  public:
    /// What sessions may take to close their files after the first SIGTERM.
    static constexpr std::chrono::seconds drain_time{30};

    /// `loaded`: from `config`, and in force.
    Service(boost::asio::any_io_executor strand, desk::Site& site, std::filesystem::path config,
            const policy::Loaded& loaded);

    void add(SiteListener listener) { listeners_.push_back({std::move(listener), {}}); }
    /// They live on the service's strand.
    void set_workers(std::vector<std::unique_ptr<Worker>> workers) {
        workers_ = std::move(workers);
    }
    void set_control(std::unique_ptr<ControlSocket> control) { control_ = std::move(control); }

    /// Serves until SIGTERM or SIGINT; then accepts no more, lets sessions close their files, ends
    /// them, and returns. A second signal ends them at once. SIGHUP reloads the policy, and reads
    /// certificates again; so does a change of the policy's files, without the certificates, where
    /// the policy says so.
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// It stopped because a part of it failed for good.
    [[nodiscard]] bool has_failed() const { return has_failed_; }

    /// The administrator's verbs, which are the daemon's own:
    /// status    one row
    /// reload    accept (a list of classes): {"severity", "file", "line", "column", "message",
    ///           "excerpt"} for each problem; at the end {"taken", "hash" (of what is in force),
    ///           "ended_sessions", "shortened": [{"class", "files"}], "needs_restart": [keys]}, and
    ///           "failed" where the store was the reason
    [[nodiscard]] desk::VerbTable verbs();

  private:
    struct Reloaded {
        desk::PolicyReload::Outcome policy;
        std::size_t ended_sessions = 0;
    };

    [[nodiscard]] boost::asio::awaitable<void> goes_on(boost::asio::awaitable<void> part);
    [[nodiscard]] boost::asio::awaitable<void> look_after();
    [[nodiscard]] boost::asio::awaitable<std::size_t> end_unwelcome();
    // daemon/service_reload.cpp
    [[nodiscard]] boost::asio::awaitable<Reloaded> reload(desk::PolicyReload::Request request);
    [[nodiscard]] boost::asio::awaitable<void> reload_certificates();
    [[nodiscard]] boost::asio::awaitable<void> reload_on_change();
    [[nodiscard]] bool is_expired(const ftps::LiveTlsContext& tls) const;
    [[nodiscard]] boost::json::array bad_certificates() const;
    void watch_files();
    [[nodiscard]] boost::asio::awaitable<desk::Answered> reload_asked(desk::VerbCall call);
    [[nodiscard]] boost::json::object status() const;
    [[nodiscard]] boost::asio::awaitable<void> wait_for_stop();
    [[nodiscard]] boost::asio::awaitable<void> cut_after_drain_time();
    void cut_at_second_signal();
    [[nodiscard]] boost::asio::awaitable<void> end_sessions();

    boost::asio::any_io_executor strand_;
    desk::Site& site_;
    struct Served {
        SiteListener listener;
        std::error_code certificate_refused;  // why the last reading of it failed
    };
    std::vector<Served> listeners_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<ControlSocket> control_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer housekeeping_timer_;
    boost::asio::steady_timer drain_timer_;
    OwnedTasks tasks_;
    desk::PolicyReload policy_reload_;
    PolicyWatch watch_;
    Wakeup reload_ended_;
    bool reloading_ = false;
    bool stopping_ = false;
    bool has_failed_ = false;
};

}  // namespace consign::daemon
