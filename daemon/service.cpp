#include "daemon/service.hpp"

#include <signal.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "daemon/process.hpp"
#include "desk/audit/checkpointing.hpp"
#include "desk/audit/timestamp_verbs.hpp"
#include "desk/housekeeping.hpp"
#include "desk/site/rfc3339.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
namespace json = boost::json;

Service::Service(asio::any_io_executor strand, desk::Site& site, std::filesystem::path config,
                 const policy::Loaded& loaded)
    : strand_(strand),
      site_(site),
      signals_(strand, SIGTERM, SIGINT, SIGHUP),
      housekeeping_timer_(strand),
      drain_timer_(strand),
      tasks_(strand),
      policy_reload_(site, std::move(config), loaded),
      watch_(strand, site.log),
      reload_ended_(strand) {}

desk::VerbTable Service::verbs() {
    return {{"status",
             [this](desk::VerbCall call) -> asio::awaitable<desk::Answered> {
                 json::object row = status();
                 if (auto stamp = co_await desk::last_stamp_row(site_))
                     row.emplace("last_stamp", *std::move(stamp));
                 static_cast<void>(co_await call.rows.give(std::move(row)));
                 co_return json::object{};
             }},
            {"reload", [this](desk::VerbCall call) { return reload_asked(std::move(call)); }}};
}

asio::awaitable<void> Service::run() {
    if (const auto kept = co_await policy_reload_.keep_first(); !kept)
        site_.log.error("the policy could not be kept", {{"why", kept.error()}});
    watch_files();
    for (std::size_t index = 0; index < listeners_.size(); ++index) {
        protocols::Listener& socket = *listeners_[index].listener.socket;
        tasks_.start(goes_on(socket.run()));
        site_.log.info("listening", {{"listener", index}, {"port", socket.port()}});
    }
    for (const auto& worker : workers_) tasks_.start(goes_on(worker->run()));
    tasks_.start(goes_on(control_->serve()));
    tasks_.start(goes_on(look_after()));
    tasks_.start(goes_on(reload_on_change()));
    tell_service_manager("READY=1");
    site_.log.info("ready");
    co_await wait_for_stop();

    stopping_ = true;
    site_.stopping.request_stop();
    tell_service_manager("STOPPING=1");
    site_.log.info("stopping");
    for (const auto& served : listeners_) served.listener.socket->stop_accepting();
    co_await end_sessions();
    for (const auto& worker : workers_) worker->stop();
    control_->stop();
    housekeeping_timer_.cancel();
    watch_.stop();
    co_await tasks_.all_ended();
    co_await desk::close(site_);
    if (const auto made = co_await desk::make_checkpoint(site_); !made)
        site_.log.error("a checkpoint could not be made", {{"why", made.error()}});
    for (const auto& worker : workers_) co_await worker->finish();
    site_.log.info("stopped");
}

/// A part that fails for good is heard of at once: the daemon stops in order, and is started again.
asio::awaitable<void> Service::goes_on(asio::awaitable<void> part) {
    try {
        co_await std::move(part);
    } catch (const std::exception& thrown) {
        // Not its words, which may hold a name.
        if (dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr)
            site_.log.error("a part of the daemon ran out of memory, so all of it stops");
        else
            site_.log.error("a part of the daemon failed, so all of it stops");
        // A second signal would end the sessions at once.
        if (!std::exchange(has_failed_, true) && !stopping_) ::kill(::getpid(), SIGTERM);
    }
}

asio::awaitable<void> Service::wait_for_stop() {
    for (;;) {
        const int signal = co_await signals_.async_wait(asio::use_awaitable);
        if (signal != SIGHUP) co_return;
        static_cast<void>(co_await reload({}));
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
        if (stopping_) co_return;
        co_await desk::look_after(site_);
        // An hour has struck, or a last day is over.
        if (const auto ended = co_await end_unwelcome(); ended > 0)
            site_.log.info("sessions were ended: their accounts may no longer be here",
                           {{"sessions", ended}});
    }
}

asio::awaitable<std::size_t> Service::end_unwelcome() {
    std::size_t ended = 0;
    for (const auto& served : listeners_) ended += co_await served.listener.socket->end_unwelcome();
    co_return ended;
}

}  // namespace consign::daemon
