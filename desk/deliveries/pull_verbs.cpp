#include "desk/deliveries/pull_verbs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "desk/deliveries/pull_schedule.hpp"
#include "desk/deliveries/target_trouble.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// A pull that fails is tried again within an hour: so far back its last failure may lie.
constexpr std::chrono::hours failure_within{3};
constexpr std::size_t failures_looked_at = 500;

/// What the ledger says of its last failure; empty where that is long ago.
Result<std::string> last_failure(Transaction& transaction, std::string_view pull, Timestamp now) {
    const auto rows = transaction.search.events({.account = std::string(pulls_account.view()),
                                                 .from = now - failure_within,
                                                 .outcome = ledger::Outcome::failed,
                                                 .action = ledger::Action::pulled,
                                                 .limit = failures_looked_at});
    if (!rows) return failure(rows.error());
    const std::string begins = fmt::format("{}: ", pull);
    for (const auto& row : std::views::reverse(*rows)) {
        const std::string_view detail = row.event.detail;
        if (!detail.starts_with(begins)) continue;
        // Behind the counts.
        const std::size_t at = detail.find(": ", begins.size());
        return std::string(at == std::string_view::npos ? detail.substr(begins.size())
                                                        : detail.substr(at + 2));
    }
    return std::string();
}

struct Row {
    std::string_view state = "well";
    std::optional<Timestamp> last, next;
    std::string why;
};

Result<Row> row_of(Transaction& transaction, const policy::Policy& policy, const policy::Pull& pull,
                   Timestamp now) {
    const auto run = transaction.pulls.run(pull.name);
    if (!run) return failure(run.error());
    const auto trouble = transaction.targets.trouble(pull.target);
    if (!trouble) return failure(trouble.error());
    const auto notes = pull_notes(transaction, pull.name);
    if (!notes) return failure(notes.error());
    Row row;
    if (*run && (*run)->last > Timestamp{}) row.last = (*run)->last;
    row.next = notes->asked ? notes->asked : next_due(pull, *run, now);
    if (*run && (*run)->told) {
        row.state = "failing";
        // It stays due.
        if (notes->retry && !(notes->asked > notes->retry)) row.next = notes->retry;
        auto why = last_failure(transaction, pull.name, now);
        if (!why) return failure(why.error());
        row.why = *std::move(why);
    }
    if (*trouble) {
        row.state = "target down";
        row.why = (*trouble)->why;
        const auto target = policy.targets.find(pull.target);
        const bool may =
            target != policy.targets.end() && may_connect(**trouble, target->second, now);
        // Who is due waits for the target; without an end where it showed another key.
        if (!may && (*trouble)->retry == Timestamp::max())
            row.next.reset();
        else if (!may && row.next && *row.next < (*trouble)->retry)
            row.next = (*trouble)->retry;
    }
    return row;
}

asio::awaitable<Answered> list(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "pulls list"); !recorded)
        co_return recorded;
    const auto policy = site.policy.current();
    const Timestamp now = site.clock.now();
    const auto text = [](const std::optional<Timestamp>& time) {
        return time ? rfc3339(*time) : std::string();
    };
    for (const policy::Pull& pull : policy->pulls) {
        const auto row = co_await site.store.read(
            [&](Transaction& transaction) { return row_of(transaction, *policy, pull, now); });
        if (!row) co_return storage_complaint(row.error());
        if (auto given = co_await call.rows.give({{"name", pull.name},
                                                  {"target", pull.target},
                                                  {"last", text(row->last)},
                                                  {"next", text(row->next)},
                                                  {"state", row->state},
                                                  {"why", row->why}});
            !given)
            co_return storage_complaint(given.error());
    }
    co_return json::object{{"rows", policy->pulls.size()}};
}

asio::awaitable<Answered> run_now(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto name = arguments.text("name");
    if (!name) arguments.complain("name", "the name of a pull");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const auto policy = site.policy.current();
    const auto pull = std::ranges::find(policy->pulls, *name, &policy::Pull::name);
    if (pull == policy->pulls.end())
        co_return complaint(
            fmt::format("there is no pull {}; `consign pulls` shows those of the policy", *name));
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        auto notes = pull_notes(transaction, *name);
        if (!notes) return failure(notes.error());
        notes->asked = site.clock.now();
        if (auto noted = note(transaction, *name, *notes); !noted) return noted;
        if (auto hurried = hurry(site, transaction, pull->target); !hurried) return hurried;
        auto event = administrator_act(site, call.administrator, "pulls run");
        event.detail = fmt::format("pulls run {}", *name);
        return append(transaction, event);
    });
    if (!done) co_return storage_complaint(done.error());
    co_return json::object{{"pulls", 1}};
}

}  // namespace

VerbTable pull_verbs(Site& site) {
    return {{"pulls.list", [&site](VerbCall call) { return list(site, std::move(call)); }},
            {"pulls.run", [&site](VerbCall call) { return run_now(site, std::move(call)); }}};
}

}  // namespace consign::desk
