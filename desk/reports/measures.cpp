#include "desk/reports/measures.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "desk/audit/checkpoint.hpp"
#include "desk/site/rfc3339.hpp"
#include "policy/decide.hpp"

namespace consign::desk {

namespace {

namespace json = boost::json;
using policy::Policy;

json::value moment(const std::optional<Timestamp>& time) {
    return time ? json::value(rfc3339(*time)) : json::value();
}

std::optional<Timestamp> time_of(std::string_view checkpoint_text) {
    const auto checkpoint = from_checkpoint_text(checkpoint_text);
    if (!checkpoint) return std::nullopt;
    return checkpoint->time;
}

std::string_view name_of(policy::KeyReference::Kind kind) {
    return kind == policy::KeyReference::Kind::file ? "file" : "credential";
}

std::string_view name_of(policy::EventLog log) {
    switch (log) {
        case policy::EventLog::none:
            return "";
        case policy::EventLog::journald:
            return "journald";
        case policy::EventLog::syslog:
            return "syslog";
    }
    return "";
}

json::object listener_row(const policy::Listener& listener) {
    json::object row{{"measure", "listener"},
                     {"name", listener.name},
                     {"protocol", listener.protocol},
                     {"algorithms", consign::name_of(listener.algorithms)}};
    if (listener.protocol == "ftps") {
        row["tls"] = listener.tls == policy::Tls::implicit ? "implicit" : "explicit";
        row["client_certificates"] = listener.client_ca.has_value();
    }
    return row;
}

/// How accounts log in: each way, with how many have it.
json::object login_row(const Policy& policy) {
    std::map<std::string, std::size_t> ways;
    std::size_t enabled = 0, from_anywhere = 0;
    for (const auto& [id, account] : policy.accounts) {
        if (!account.enabled) continue;
        ++enabled;
        from_anywhere += account.from.empty() ? 1 : 0;
        for (const auto& way : account.ways) {
            std::string text;
            for (const policy::Method method : way)
                text += (text.empty() ? "" : "+") + std::string(policy::name_of(method));
            ++ways[text];
        }
    }
    json::array rows;
    for (const auto& [way, accounts] : ways)
        rows.push_back(json::object{{"way", way}, {"accounts", accounts}});
    return {{"measure", "login"},
            {"accounts", enabled},
            {"from_anywhere", from_anywhere},
            {"ways", std::move(rows)}};
}

/// Those that let somebody in now.
json::object legacy_row(const Policy& policy, Timestamp now) {
    json::array accounts;
    for (const auto& [id, account] : policy.accounts)
        if (account.enabled && account.legacy &&
            std::ranges::any_of(account.legacy->allow, [&](policy::LegacyException exception) {
                return policy::has_exception(policy, account, exception, now).allowed;
            }))
            accounts.push_back(
                json::object{{"account", id}, {"until", full_date(account.legacy->until)}});
    return {{"measure", "legacy"}, {"accounts", std::move(accounts)}};
}

json::object scan_row(const Policy& policy) {
    const auto scanned = std::ranges::count_if(
        policy.routes, [](const policy::Route& route) { return route.scan.has_value(); });
    return {{"measure", "scan"},
            {"each_deposit", policy.scan.has_value()},
            {"routes", policy.scan ? 0 : scanned}};
}

json::object alerts_row(const Policy& policy) {
    std::size_t channels = 0;
    for (const auto& [name, alert] : policy.alerts) channels += alert.size();
    return {{"measure", "alerts"}, {"channels", channels}, {"of_the_site", !policy.alert.empty()}};
}

json::object limits_row(const policy::Limits& limits) {
    return {{"measure", "limits"},
            {"sessions", limits.sessions},
            {"sessions_per_account", limits.sessions_per_account},
            {"sessions_per_address", limits.sessions_per_address},
            {"login_time_seconds", limits.login_time.count()},
            {"idle_time_seconds", limits.idle_time.count()}};
}

json::object scrub_row(const std::optional<policy::ScrubTerms>& scrub) {
    return {{"measure", "scrub"},
            {"every_seconds", scrub ? json::value(scrub->every.count()) : json::value()}};
}

}  // namespace

Result<MeasuresInStore> measures_in(Transaction& transaction) {
    MeasuresInStore stored;
    const auto checkpoint = transaction.ledger.last_checkpoint();
    if (!checkpoint) return failure(checkpoint.error());
    if (*checkpoint) stored.last_checkpoint = time_of((*checkpoint)->text);
    const auto stamped = transaction.timestamps.last();
    if (!stamped) return failure(stamped.error());
    if (*stamped) stored.last_timestamp = time_of((*stamped)->checkpoint.text);
    const auto clock = transaction.terms.clock();
    if (!clock) return failure(clock.error());
    stored.clock_stopped = clock->stopped;
    const auto holds = transaction.holds.count();
    if (!holds) return failure(holds.error());
    stored.binding_holds = *holds;
    return stored;
}

std::vector<json::object> measure_rows(const Site& site, const Policy& policy,
                                       const MeasuresInStore& stored) {
    std::vector<json::object> rows{{{"measure", "at_rest"},
                                    {"cipher", "AES-256-GCM"},
                                    {"root_key", name_of(policy.root_key.kind)}}};
    for (const policy::Listener& listener : policy.listeners)
        rows.push_back(listener_row(listener));
    rows.push_back(login_row(policy));
    rows.push_back(legacy_row(policy, site.clock.now()));
    rows.push_back({{"measure", "checkpoints"},
                    {"signed", site.witness != nullptr},
                    {"every_seconds", policy.ledger.checkpoint_every.count()},
                    {"last", moment(stored.last_checkpoint)},
                    {"copied_to", name_of(policy.ledger.checkpoints_to)},
                    {"timestamps", policy.ledger.timestamps},
                    {"last_timestamp", moment(stored.last_timestamp)}});
    rows.push_back({{"measure", "ledger"},
                    {"keep", policy.ledger.keep ? json::value(policy::text_of(*policy.ledger.keep))
                                                : json::value()}});
    rows.push_back({{"measure", "retention"},
                    {"clock_guard_seconds", policy.clock_guard.count()},
                    {"clock_stopped", moment(stored.clock_stopped)},
                    {"holds", stored.binding_holds}});
    rows.push_back(scan_row(policy));
    rows.push_back(alerts_row(policy));
    rows.push_back({{"measure", "event_log"}, {"to", name_of(policy.event_log)}});
    rows.push_back(scrub_row(policy.scrub));
    rows.push_back(limits_row(policy.limits));
    return rows;
}

}  // namespace consign::desk
