#include "daemon/service.hpp"

#include <unistd.h>

#include <boost/json.hpp>

#include "daemon/process.hpp"
#include "desk/housekeeping.hpp"
#include "desk/rfc3339.hpp"
#include "policy/load.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
namespace json = boost::json;

Service::Service(asio::any_io_executor strand, desk::Site& site, std::filesystem::path config)
    : strand_(strand),
      site_(site),
      config_(std::move(config)),
      signals_(strand, SIGTERM, SIGINT, SIGHUP),
      housekeeping_timer_(strand),
      drain_timer_(strand),
      tasks_(strand),
      policy_loaded_(site.started) {}

asio::awaitable<void> Service::run() {
    for (std::size_t index = 0; index < listeners_.size(); ++index) {
        protocols::Listener& socket = *listeners_[index].listener.socket;
        tasks_.start(socket.run());
        site_.log.info("listening", {{"listener", index}, {"port", socket.port()}});
    }
    tasks_.start(control_->serve());
    tasks_.start(look_after());
    tell_service_manager("READY=1");
    site_.log.info("ready");
    co_await wait_for_stop();

    stopping_ = true;
    tell_service_manager("STOPPING=1");
    site_.log.info("stopping");
    for (const auto& served : listeners_) served.listener.socket->stop_accepting();
    co_await end_sessions();
    control_->stop();
    housekeeping_timer_.cancel();
    co_await tasks_.all_ended();
    co_await desk::close(site_);
    site_.log.info("stopped");
}

asio::awaitable<void> Service::wait_for_stop() {
    for (;;) {
        const int signal = co_await signals_.async_wait(asio::use_awaitable);
        if (signal != SIGHUP) co_return;
        co_await reload();
    }
}

asio::awaitable<void> Service::end_sessions() {
    for (const auto& served : listeners_) served.listener.socket->drain();
    OwnedTasks ways_to_cut(strand_);
    ways_to_cut.start(cut_after_drain_time());
    for (const auto& served : listeners_) co_await served.listener.socket->all_ended();
    drain_timer_.cancel();
    signals_.cancel();
    co_await ways_to_cut.all_ended();
}

asio::awaitable<void> Service::cut_after_drain_time() {
    // Whichever comes first: the time is up, or the administrator has asked twice.
    drain_timer_.expires_after(drain_time);
    cut_at_second_signal();
    boost::system::error_code ended;
    do {
        co_await drain_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
        std::size_t left = 0;
        for (const auto& served : listeners_) left += served.listener.socket->sessions();
        if (left == 0) co_return;
    } while (ended && drain_timer_.expiry() != asio::steady_timer::time_point::min());
    site_.log.warning("sessions are cut");
    for (const auto& served : listeners_) served.listener.socket->cut();
}

void Service::cut_at_second_signal() {
    signals_.async_wait([this](boost::system::error_code cancelled, int signal) {
        if (cancelled) return;
        // A reload that comes too late is no wish to stop at once.
        if (signal == SIGHUP) return cut_at_second_signal();
        drain_timer_.expires_at(asio::steady_timer::time_point::min());
    });
}

asio::awaitable<void> Service::look_after() {
    while (!stopping_) {
        housekeeping_timer_.expires_after(desk::housekeeping_interval);
        boost::system::error_code cancelled;
        co_await housekeeping_timer_.async_wait(
            asio::redirect_error(asio::use_awaitable, cancelled));
        if (!stopping_) co_await desk::look_after(site_);
    }
}

asio::awaitable<void> Service::reload() {
    tell_service_manager("RELOADING=1");
    co_await reload_policy();
    co_await reload_certificates();
    tell_service_manager("READY=1");
}

asio::awaitable<void> Service::reload_policy() {
    auto read = [this] { return policy::load(config_); };
    const policy::Loaded loaded = co_await offload(site_.store.pool(), read);
    if (loaded.policy) {
        site_.policy.replace(loaded.policy);
        policy_loaded_ = site_.clock.now();
        co_await desk::note_policy(site_, true);
        if (const auto made = co_await desk::make_folders(site_); !made)
            site_.log.error("the policy's folders could not be made", {{"why", made.error()}});
        site_.log.info("policy reloaded");
    } else {
        co_await desk::note_policy(site_, false);
        site_.log.error("policy refused: the last good one stays; `consign check` tells why",
                        {{"mistakes", loaded.problems.size()}});
    }
}

/// Sessions that are open keep the certificate that they began with.
asio::awaitable<void> Service::reload_certificates() {
    for (std::size_t index = 0; index < listeners_.size(); ++index) {
        Served& served = listeners_[index];
        if (!served.listener.tls) continue;
        auto read = [tls = served.listener.tls] { return tls->reload(); };
        const Result<> done = co_await offload(site_.store.pool(), read);
        served.certificate_refused = done ? std::error_code() : done.error();
        if (done)
            site_.log.info("certificate read again", {{"listener", index}});
        else
            site_.log.error("certificate refused: the last good one stays",
                            {{"listener", index}, {"why", done.error()}});
    }
}

json::object Service::status() const {
    json::array listeners;
    const auto policy = site_.policy.current();
    for (const auto& [listener, certificate_refused] : listeners_) {
        json::object row{{"name", listener.socket->name()},
                         {"protocol", listener.socket->protocol()},
                         {"address", listener.socket->address().to_string()},
                         {"port", listener.socket->port()}};
        if (listener.tls) {
            row["certificate_until"] = desk::rfc3339(listener.tls->current()->not_after());
            if (certificate_refused) row["certificate_refused"] = certificate_refused.message();
        }
        listeners.push_back(std::move(row));
    }
    return json::object{{"daemon", "running"},
                        {"pid", ::getpid()},
                        {"started", desk::rfc3339(site_.started)},
                        {"listeners", std::move(listeners)},
                        {"sessions", site_.occupancy.taken(desk::Occupancy::all_sessions())},
                        {"policy_hash", to_hex(policy->hash)},
                        {"policy_loaded", desk::rfc3339(policy_loaded_)}};
}

}  // namespace consign::daemon
