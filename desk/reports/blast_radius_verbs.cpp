#include "desk/reports/blast_radius_verbs.hpp"

#include <boost/json.hpp>

#include "desk/reports/blast_radius.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

json::object version_row(const AccountVersion& version) {
    json::array grants;
    for (const policy::Grant& grant : version.account.grants) {
        std::string text(grant.path.text());
        for (const policy::Verb verb : grant.may)
            text.append(verb == *grant.may.begin() ? ": " : ", ").append(policy::name_of(verb));
        grants.emplace_back(std::move(text));
    }
    return {{"kind", "account"},
            {"since",
             version.since == Timestamp{} ? json::value() : json::value(rfc3339(version.since))},
            {"policy", to_hex(version.policy)},
            {"name", version.account.name},
            {"home", version.account.home.display()},
            {"grants", std::move(grants)}};
}

asio::awaitable<Answered> show(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    BlastPeriod period;
    const auto account = arguments.text("account");
    if (!account) arguments.complain("account", "the name of an account");
    const auto from = arguments.time("from");
    if (!from) arguments.complain("from", "a moment, 2026-11-24T06:17:00Z");
    period.until = arguments.time("until").value_or(site.clock.now());
    period.all = arguments.flag("all");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    period.account = *account;
    period.from = *from;
    if (period.until <= period.from) co_return complaint("the period ends before it begins");

    const auto versions =
        co_await account_versions(site, period.account, period.from, period.until);
    auto event = administrator_act(site, call.administrator, "blast-radius");
    if (!versions) event.outcome = ledger::Outcome::failed;
    // What was typed and is no account may be anything.
    if (versions && !versions->versions.empty()) event.detail += " " + period.account;
    const auto recorded = co_await site.store.write(
        [&event](Transaction& transaction) { return append(transaction, event); });
    if (!recorded) co_return storage_complaint(recorded.error());
    if (!versions) co_return storage_complaint(versions.error());
    for (const AccountVersion& version : versions->versions)
        if (auto given = co_await call.rows.give(version_row(version)); !given)
            co_return storage_complaint(given.error());
    BlastRadius radius(site, call.rows, period, *versions);
    const auto told = co_await radius.tell();
    if (!told && told.error() == std::errc::value_too_large)
        co_return complaint(
            fmt::format("more than {} files, folders or persons were seen: narrow the period",
                        BlastRadius::told_apart_limit));
    if (!told) co_return storage_complaint(told.error());
    // A slip of the pen must not read as an all-clear.
    json::object end = radius.end();
    if (versions->versions.empty() && versions->unknown == 0 && end.at("sessions") == 0 &&
        end.at("events") == 0)
        co_return complaint(fmt::format(
            "nobody is known as {}: no policy of that period has such an account, and the ledger "
            "no event of it",
            display_name(period.account)));
    co_return end;
}

}  // namespace

VerbTable blast_radius_verbs(Site& site) {
    return {{"blast_radius.show", [&site](VerbCall call) { return show(site, std::move(call)); }}};
}

}  // namespace consign::desk
