#include "desk/reports/weak_verbs.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>
#include <tuple>

#include "base/ssh_algorithms.hpp"
#include "base/tls_algorithms.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"
#include "policy/calendar/zone.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using policy::LegacyException;
using policy::Policy;

constexpr std::size_t clients_limit = 16;
constexpr std::chrono::days soon{30};

/// What sessions of one account agreed on, of one profile.
struct Use {
    std::set<std::string, std::less<>> algorithms, clients;
    std::size_t more_clients = 0;
    Timestamp first{}, last{};
    std::uint64_t sessions = 0;

    void add(const ledger::Agreed& agreed, std::vector<std::string> names) {
        first = sessions == 0 ? agreed.first : std::min(first, agreed.first);
        last = std::max(last, agreed.last);
        sessions += agreed.sessions;
        algorithms.insert(names.begin(), names.end());
        // A client chooses its own name: an account must not fill the report.
        if (clients.size() < clients_limit || clients.contains(agreed.client))
            clients.insert(agreed.client);
        else
            ++more_clients;
    }
};

using UseKey = std::tuple<std::string, std::string, AlgorithmProfile>;  // account, protocol

struct Uses {
    std::map<UseKey, Use> all;
    std::optional<Timestamp> since{};
};

std::vector<std::string> only_in(AlgorithmProfile profile, const ledger::Agreed& agreed) {
    if (agreed.protocol == "ftps") return tls::only_in(profile, agreed.algorithms);
    const auto negotiated = ssh::negotiated_from(agreed.algorithms);
    return negotiated ? ssh::only_in(profile, *negotiated) : std::vector<std::string>();
}

Result<Uses> uses_in(Transaction& transaction) {
    Uses uses;
    const auto visited =
        transaction.report_rows.visit_agreed([&uses](const ledger::Agreed& agreed) {
            uses.since = std::min(uses.since.value_or(agreed.first), agreed.first);
            for (const auto profile : {AlgorithmProfile::legacy, AlgorithmProfile::compatible})
                if (auto names = only_in(profile, agreed); !names.empty())
                    uses.all[{agreed.account, agreed.protocol, profile}].add(agreed,
                                                                             std::move(names));
            return true;
        });
    if (!visited) return failure(visited.error());
    return uses;
}

std::string_view state_of(const Policy& policy, const policy::Account* account,
                          LegacyException exception, Timestamp now) {
    if (account == nullptr || !account->legacy || !account->legacy->allow.contains(exception))
        return "none";
    return policy::has_exception(policy, *account, exception, now).allowed ? "live" : "lapsed";
}

json::array texts(const std::set<std::string, std::less<>>& all) {
    json::array texts;
    for (const std::string& one : all) texts.emplace_back(display_name(one));
    return texts;
}

json::object use_row(const Policy& policy, const UseKey& key, const Use& use, Timestamp now) {
    const auto& [id, protocol, profile] = key;
    const auto found = policy.accounts.find(id);
    const auto* account = found == policy.accounts.end() ? nullptr : &found->second;
    const LegacyException exception = policy::legacy_exception_over(protocol);
    const std::string_view state = state_of(policy, account, exception, now);
    return {{"kind", "use"},
            {"account", display_name(id)},
            {"protocol", protocol},
            {"profile", name_of(profile)},
            {"algorithms", texts(use.algorithms)},
            {"first", rfc3339(use.first)},
            {"last", rfc3339(use.last)},
            {"sessions", use.sessions},
            {"clients", texts(use.clients)},
            {"more_clients", use.more_clients},
            {"exception", policy::name_of(exception)},
            {"state", state},
            {"until",
             state == "none" ? json::value() : json::value(full_date(account->legacy->until))}};
}

/// Did a session agree on what needs the exception? Nothing where no session tells.
std::optional<bool> is_used(const Uses& uses, const std::string& account,
                            LegacyException exception) {
    for (const std::string_view protocol : {"sftp", "ftps"})
        if (policy::legacy_exception_over(protocol) == exception)
            return uses.all.contains({account, std::string(protocol), AlgorithmProfile::legacy});
    return std::nullopt;
}

json::object exception_row(const Policy& policy, const policy::Account& account,
                           LegacyException exception, const Uses& uses, Timestamp now) {
    const policy::Legacy& legacy = *account.legacy;
    const auto left = legacy.until - policy::date_in(policy.zone, now);
    std::string_view state = state_of(policy, &account, exception, now);
    if (state == "live" && left <= soon) state = "soon";
    const auto used = is_used(uses, account.id, exception);
    return {{"kind", "exception"},
            {"account", account.id},
            {"exception", policy::name_of(exception)},
            {"state", state},
            {"until", full_date(legacy.until)},
            {"days_left", state == "lapsed" ? 0 : left.count()},
            {"reason", legacy.reason},
            {"rule", legacy.rule.text()},
            {"used", used ? json::value(*used) : json::value()}};
}

asio::awaitable<Answered> list(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const bool compatible_too = arguments.flag("compatible");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const auto uses = co_await site.store.read(uses_in);
    const auto outcome = uses ? ledger::Outcome::granted : ledger::Outcome::failed;
    if (auto recorded = co_await record_act(site, call.administrator, "weak", outcome); !recorded)
        co_return recorded;
    if (!uses) co_return storage_complaint(uses.error());
    const auto policy = site.policy.current();
    const Timestamp now = site.clock.now();
    std::vector<json::object> rows;
    for (const auto& [key, use] : uses->all)
        if (compatible_too || std::get<AlgorithmProfile>(key) == AlgorithmProfile::legacy)
            rows.push_back(use_row(*policy, key, use, now));
    const std::size_t used = rows.size();
    for (const auto& [id, account] : policy->accounts)
        if (account.legacy)
            for (const LegacyException exception : account.legacy->allow)
                rows.push_back(exception_row(*policy, account, exception, *uses, now));
    const std::size_t exceptions = rows.size() - used;
    for (json::object& row : rows)
        if (auto given = co_await call.rows.give(std::move(row)); !given)
            co_return storage_complaint(given.error());
    co_return json::object{
        {"uses", used},
        {"exceptions", exceptions},
        {"since", uses->since ? json::value(rfc3339(*uses->since)) : json::value()}};
}

}  // namespace

VerbTable weak_verbs(Site& site) {
    return {{"weak.list", [&site](VerbCall call) { return list(site, std::move(call)); }}};
}

}  // namespace consign::desk
