#include "daemon/workers/alerts/alert_verbs.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/owned_tasks.hpp"
#include "daemon/workers/alerts/teller.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

std::string_view name_of(policy::AlertChannel::Kind kind) {
    using Kind = policy::AlertChannel::Kind;
    switch (kind) {
        case Kind::exec:
            return "exec";
        case Kind::webhook:
            return "webhook";
        case Kind::mail:
            break;
    }
    return "mail";
}

std::string no_such_alert(const policy::Policy& policy, std::string_view name) {
    std::string known;
    for (const auto& [each, channels] : policy.alerts)
        known.append(known.empty() ? "" : ", ").append(each);
    return fmt::format("the policy in force has no alert {}; it has {}", name,
                       known.empty() ? "none" : known);
}

using Told = std::expected<void, std::string>;

asio::awaitable<void> tell(Teller& teller, const policy::AlertChannel& channel,
                           const json::object& message, Told& told) {
    told = co_await teller.tell(channel, message);
}

asio::awaitable<desk::Answered> test(desk::Site& site, desk::VerbCall call) {
    desk::VerbArguments arguments(call.arguments);
    const auto name = arguments.text("name");
    if (!name) arguments.complain("name", "the name of an alert of the policy");
    if (auto wrong = arguments.complaint()) co_return desk::complaint(*std::move(wrong));
    const auto policy = site.policy.current();
    const auto alert = policy->alerts.find(*name);
    if (alert == policy->alerts.end()) co_return desk::complaint(no_such_alert(*policy, *name));
    if (auto recorded = co_await desk::record_act(site, call.administrator, "alerts test");
        !recorded)
        co_return recorded;
    const json::object message{{"id", Id::random(site.random).hex()},
                               {"time", desk::rfc3339(site.clock.now())},
                               {"site", policy->site},
                               {"alarm", "test"},
                               {"state", "raised"}};
    // All at once: whoever asks, and a daemon that stops, waits for one time limit, not for all.
    Teller teller(alert->second.size(), site.clock);
    std::vector<Told> came(alert->second.size());
    OwnedTasks tasks(co_await asio::this_coro::executor);
    for (std::size_t at = 0; at < came.size(); ++at)
        tasks.start(tell(teller, alert->second[at], message, came[at]));
    co_await tasks.all_ended();
    std::size_t failed = 0;
    for (std::size_t at = 0; at < came.size(); ++at) {
        const policy::AlertChannel& channel = alert->second[at];
        const Told& told = came[at];
        failed += told ? 0 : 1;
        auto given = co_await call.rows.give({{"channel", at + 1},
                                              {"kind", name_of(channel.kind)},
                                              {"rule", channel.rule.text()},
                                              {"told", told.has_value()},
                                              {"why", told ? std::string() : told.error()}});
        if (!given) co_return desk::storage_complaint(given.error());
    }
    co_return json::object{{"told", alert->second.size() - failed}, {"failed", failed}};
}

}  // namespace

desk::VerbTable alert_verbs(desk::Site& site) {
    return {{"alerts.test", [&site](desk::VerbCall call) { return test(site, std::move(call)); }}};
}

}  // namespace consign::daemon
