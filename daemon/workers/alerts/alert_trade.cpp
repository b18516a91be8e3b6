#include "daemon/workers/alerts/alert_trade.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/fault_point.hpp"
#include "desk/site/system_event.hpp"
#include "policy/alert_channels.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr Literal account("system:alerts");
constexpr std::size_t alarms_at_once = 4;

/// The work of a job, as desk/site/alarm.hpp writes it.
struct AlertWork {
    std::string alert;
    std::size_t channel = 0;
    std::string tells;  // policy::identity_of; empty in jobs of older versions
    json::object message;
    std::string id;
};

std::optional<AlertWork> work_of(const queue::Job& job) {
    boost::system::error_code wrong;
    const auto parsed = json::parse(job.work, wrong);
    if (wrong || !parsed.is_object()) return std::nullopt;
    const json::object& work = parsed.get_object();
    const auto* const alert = work.if_contains("alert");
    const auto* const channel = work.if_contains("channel");
    const auto* const message = work.if_contains("message");
    if (!alert || !alert->is_string() || !channel || !channel->is_number() || !message ||
        !message->is_object())
        return std::nullopt;
    AlertWork read{.alert = std::string(alert->get_string()),
                   .channel = channel->to_number<std::size_t>(wrong),
                   .tells = {},
                   .message = message->get_object(),
                   .id = {}};
    if (wrong) return std::nullopt;
    if (const auto* const tells = work.if_contains("tells"); tells && tells->is_string())
        read.tells = tells->get_string();
    if (const auto* const id = read.message.if_contains("id"); id && id->is_string())
        read.id = id->get_string();
    return read;
}

ledger::Event event_of(const desk::Site& site, ledger::Action action, const AlertWork& work,
                       const policy::AlertChannel* channel) {
    auto event = desk::system_event(site, action, account);
    if (channel != nullptr) event.rule = channel->rule.text();
    event.detail = fmt::format("alarm {}, {}, channel {}", work.id, work.alert, work.channel + 1);
    return event;
}

/// Where the channel stands in the policy by now.
std::optional<std::size_t> place_of(const AlertWork& work, const policy::Policy& policy) {
    const auto alert = policy.alerts.find(work.alert);
    if (alert == policy.alerts.end()) return std::nullopt;
    if (!work.tells.empty()) return policy::find_channel(alert->second, work.tells);
    if (work.channel >= alert->second.size()) return std::nullopt;
    return work.channel;
}

/// The job's end, and its event.
asio::awaitable<Attempt> record(desk::Site& site, const queue::Job& job, ledger::Event event) {
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        fault_point("alert.recording");
        if (auto ended = transaction.queue.finish(job.id); !ended) return ended;
        fault_point("alert.ended");
        auto appended = desk::append(transaction, event);
        fault_point("alert.recorded");
        return appended;
    });
    fault_point("alert.durable");
    // An administrator may have cancelled it while it was told.
    if (!done && done.error() != queue::queue_errc::no_such_job)
        co_return Attempt::failed(done.error());
    co_return Attempt{};
}

asio::awaitable<Attempt> tell_alarm(desk::Site& site, std::shared_ptr<Teller> teller,
                                    const queue::Job& job) {
    auto work = work_of(job);
    if (!work) co_return Attempt::hopeless("what it is to tell cannot be read");
    const auto policy = site.policy.current();
    const auto place = place_of(*work, *policy);
    if (!place) {
        auto event = event_of(site, ledger::Action::alert_dropped, *work, nullptr);
        event.outcome = ledger::Outcome::refused;
        event.detail += ": the policy has this channel no longer";
        co_return co_await record(site, job, std::move(event));
    }
    work->channel = *place;
    const policy::AlertChannel& channel = policy->alerts.find(work->alert)->second[*place];
    fault_point("alert.telling");
    const auto told = co_await teller->tell(channel, work->message);
    fault_point("alert.told");
    if (!told) co_return Attempt::failed(told.error());
    co_return co_await record(site, job,
                              event_of(site, ledger::Action::alert_told, *work, &channel));
}

}  // namespace

QueueWorker::Trade alert_trade(desk::Site& site) {
    const auto teller = std::make_shared<Teller>(alarms_at_once, site.clock);
    return {.kind = queue::Kind::alert,
            .account = account,
            .at_once = alarms_at_once,
            .carry_out = [&site,
                          teller](const queue::Job& job) { return tell_alarm(site, teller, job); },
            .cut_short = [teller] { teller->stop(); }};
}

}  // namespace consign::daemon
