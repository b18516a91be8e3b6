// The running daemon: how a new policy reaches it, and what it says of itself.
#include <unistd.h>

#include <boost/json.hpp>

#include "base/offload.hpp"
#include "daemon/process.hpp"
#include "daemon/service.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

json::object problem_row(const policy::Problem& problem) {
    const bool is_mistake = problem.severity == policy::Problem::Severity::error;
    return {{"severity", is_mistake ? "error" : "warning"},
            {"file", problem.file},
            {"line", problem.line},
            {"column", problem.column},
            {"message", problem.message},
            {"excerpt", problem.excerpt()}};
}

json::array shortened_rows(const desk::Shortened& shortened) {
    json::array rows;
    for (const auto& [name, files] : shortened)
        rows.push_back(json::object{{"class", name}, {"files", files}});
    return rows;
}

json::array texts(const std::vector<std::string_view>& list) {
    return json::array(list.begin(), list.end());
}

}  // namespace

asio::awaitable<Service::Reloaded> Service::reload(desk::PolicyReload::Request request) {
    while (reloading_) co_await reload_ended_.wait();
    struct Turn {
        Service& service;
        explicit Turn(Service& of) : service(of) { service.reloading_ = true; }
        ~Turn() {
            service.reloading_ = false;
            service.reload_ended_.notify();
        }
    } const turn(*this);
    tell_service_manager("RELOADING=1");
    const bool on_change = request.on_change;
    Reloaded reloaded{.policy = co_await policy_reload_.take(std::move(request))};
    if (reloaded.policy.taken) reloaded.ended_sessions = co_await end_unwelcome();
    if (!on_change) co_await reload_certificates();
    watch_files();
    tell_service_manager("READY=1");
    co_return reloaded;
}

/// Sessions that are open keep the certificate that they began with.
asio::awaitable<void> Service::reload_certificates() {
    for (std::size_t index = 0; index < listeners_.size(); ++index) {
        Served& served = listeners_[index];
        if (!served.listener.tls) continue;
        auto read = [tls = served.listener.tls] { return tls->reload(); };
        const Result<> done = co_await offload(site_.store.pool(), read);
        served.certificate_refused = done ? std::error_code() : done.error();
        if (done && is_expired(*served.listener.tls))
            site_.log.warning("certificate read again: it has expired", {{"listener", index}});
        else if (done)
            site_.log.info("certificate read again", {{"listener", index}});
        else
            site_.log.error("certificate refused: the last good one stays",
                            {{"listener", index}, {"why", done.error()}});
    }
}

bool Service::is_expired(const ftps::LiveTlsContext& tls) const {
    return tls.current()->not_after() <= site_.clock.now();
}

/// Of those that were refused, and those that have expired.
json::array Service::bad_certificates() const {
    json::array rows;
    for (const auto& [listener, refused] : listeners_) {
        if (!listener.tls) continue;
        const bool expired = is_expired(*listener.tls);
        if (!refused && !expired) continue;
        json::object row{{"listener", listener.socket->name()},
                         {"until", desk::rfc3339(listener.tls->current()->not_after())},
                         {"expired", expired}};
        if (refused) row["refused"] = refused.message();
        rows.push_back(std::move(row));
    }
    return rows;
}

void Service::watch_files() {
    const bool wanted = site_.policy.current()->reload_on_change;
    watch_.watch(wanted ? policy_reload_.folders() : std::set<std::filesystem::path>());
}

asio::awaitable<void> Service::reload_on_change() {
    while (co_await watch_.changed())
        if (site_.policy.current()->reload_on_change && !stopping_)
            static_cast<void>(co_await reload({.on_change = true}));
}

asio::awaitable<desk::Answered> Service::reload_asked(desk::VerbCall call) {
    desk::VerbArguments arguments(call.arguments);
    desk::PolicyReload::Request request{.account = "admin:" + call.administrator};
    request.accept = arguments.texts("accept");
    if (auto wrong = arguments.complaint()) co_return desk::complaint(*std::move(wrong));
    const Reloaded reloaded = co_await reload(std::move(request));
    for (const policy::Problem& problem : reloaded.policy.problems)
        if (auto given = co_await call.rows.give(problem_row(problem)); !given)
            co_return desk::complaint("nobody takes the answer any more");
    json::object end{{"taken", reloaded.policy.taken},
                     {"hash", to_hex(site_.policy.current()->hash)},
                     {"ended_sessions", reloaded.ended_sessions},
                     {"shortened", shortened_rows(reloaded.policy.shortened)},
                     {"needs_restart", texts(reloaded.policy.restart_needed)},
                     {"certificates", bad_certificates()}};
    if (reloaded.policy.store_failed) end["failed"] = reloaded.policy.store_failed.message();
    co_return end;
}

json::object Service::status() const {
    json::array listeners;
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
    json::object row{{"daemon", "running"},
                     {"pid", ::getpid()},
                     {"started", desk::rfc3339(site_.started)},
                     {"listeners", std::move(listeners)},
                     {"sessions", site_.occupancy.taken(desk::Occupancy::all_sessions())},
                     {"policy_hash", to_hex(site_.policy.current()->hash)},
                     {"policy_loaded", desk::rfc3339(policy_reload_.in_force_since())},
                     {"reloads_taken", policy_reload_.taken()},
                     {"reloads_refused", policy_reload_.refused()},
                     {"needs_restart", texts(policy_reload_.restart_needed())}};
    if (const auto& refusal = policy_reload_.refusal())
        row["policy_refused"] =
            json::object{{"time", desk::rfc3339(refusal->time)}, {"why", refusal->why}};
    return row;
}

}  // namespace consign::daemon
