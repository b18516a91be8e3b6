#include "desk/retention/period_verbs.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <tuple>

#include "desk/retention/forgetting.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using ledger::Period;

std::string_view state_of(const Period& period) {
    if (period.forgotten) return "forgotten";
    return period.told ? "ending" : "readable";
}

json::object period_row(const policy::Policy& policy, const Period& period) {
    const bool is_access = period.key.purpose == keyring::Purpose::ledger_period;
    const auto& keep = policy.ledger.keep;
    return {{"month", keyring::period_text(period.key.month)},
            {"kind", is_access ? "access" : "files"},
            {"state", state_of(period)},
            {"due",
             keep ? rfc3339(end_of_period(period.key.month, *keep, policy.zone)) : std::string()},
            {"forgotten", period.forgotten ? rfc3339(*period.forgotten) : std::string()}};
}

asio::awaitable<Answered> periods(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "audit periods"); !recorded)
        co_return recorded;
    auto listed = co_await site.store.read(
        [](Transaction& transaction) { return transaction.forgetting.periods(); });
    if (!listed) co_return storage_complaint(listed.error());
    std::ranges::sort(*listed, {}, [](const Period& period) {
        return std::tuple(period.key.month, period.key.purpose, period.key.id);
    });
    const auto policy = site.policy.current();
    for (const Period& period : *listed)
        if (auto given = co_await call.rows.give(period_row(*policy, period)); !given)
            co_return storage_complaint(given.error());
    const auto& keep = policy->ledger.keep;
    co_return json::object{{"rows", listed->size()},
                           {"keep", keep ? policy::text_of(*keep) : std::string()}};
}

}  // namespace

VerbTable period_verbs(Site& site) {
    return {{"audit.periods", [&site](VerbCall call) { return periods(site, std::move(call)); }}};
}

}  // namespace consign::desk
