#include "desk/site/alarm.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "policy/alert_channels.hpp"

namespace consign::desk {

namespace json = boost::json;

namespace {

json::object message_of(const Alarm& alarm, const policy::Policy& policy, const Id& id,
                        Timestamp time) {
    json::object message{{"id", id.hex()},
                         {"time", rfc3339(time)},
                         {"site", policy.site},
                         {"alarm", alarm.what.view()},
                         {"state", alarm.mended ? "mended" : "raised"}};
    if (!alarm.rule.empty()) message.emplace("rule", alarm.rule);
    if (!alarm.subject.empty()) message.emplace("about", alarm.subject);
    if (!alarm.streams.empty()) {
        json::array streams;
        for (const Id& stream : alarm.streams) {
            if (streams.size() == Alarm::streams_limit) break;
            streams.emplace_back(stream.hex());
        }
        message.emplace("streams", std::move(streams));
    }
    if (!alarm.counts.empty()) {
        json::object counts;
        for (const auto& [name, count] : alarm.counts) counts.emplace(name, count);
        message.emplace("counts", std::move(counts));
    }
    return message;
}

std::string words_of(const Alarm& alarm, const Id& id) {
    std::string words = fmt::format("{} {}", alarm.what.view(), alarm.mended ? "mended" : "raised");
    if (!alarm.subject.empty()) words += ", " + alarm.subject;
    for (const auto& [name, count] : alarm.counts) words += fmt::format(", {} {}", name, count);
    return words + ", alarm " + id.hex();
}

}  // namespace

Result<> raise_alarm(Site& site, Transaction& transaction, const policy::Policy& policy,
                     Literal account, const Alarm& alarm) {
    const Id id = Id::random(site.random);
    auto event = system_event(site, ledger::Action::alarm_raised, account);
    event.policy = policy.hash;
    event.rule = alarm.rule;
    event.detail = words_of(alarm, id);
    if (alarm.streams.size() == 1) event.stream = alarm.streams.front();
    if (auto appended = append(transaction, event); !appended) return appended;

    const auto message = message_of(alarm, policy, id, event.time);
    for (const std::string& name : alarm.alerts) {
        const auto found = policy.alerts.find(name);
        if (found == policy.alerts.end()) continue;
        for (std::size_t channel = 0; channel < found->second.size(); ++channel) {
            // The order may be another one once it is told.
            const json::object work{{"alert", name},
                                    {"channel", channel},
                                    {"tells", policy::identity_of(found->second, channel)},
                                    {"message", message}};
            const auto made =
                transaction.queue.enqueue({.kind = queue::Kind::alert,
                                           .lane = fmt::format("{}/{}", name, channel),
                                           .key = fmt::format("{}/{}/{}", id.hex(), name, channel),
                                           .due = event.time,
                                           .work = json::serialize(work)},
                                          event.time);
            if (!made) return failure(made.error());
        }
    }
    return {};
}

}  // namespace consign::desk
