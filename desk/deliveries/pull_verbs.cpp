#include "desk/deliveries/pull_verbs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

asio::awaitable<Answered> list(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "pulls list"); !recorded)
        co_return recorded;
    const auto policy = site.policy.current();
    const Timestamp now = site.clock.now();
    for (const policy::Pull& pull : policy->pulls) {
        bool is_down = false;
        const auto run = co_await site.store.read(
            [&](Transaction& transaction) -> Result<std::optional<pulls::Run>> {
                const auto trouble = transaction.targets.trouble(pull.target);
                if (!trouble) return failure(trouble.error());
                is_down = trouble->has_value();
                return transaction.pulls.run(pull.name);
            });
        if (!run) co_return storage_complaint(run.error());
        const bool has_run = *run && (*run)->last > Timestamp{};
        const auto next = policy::next(pull.at, now);
        const std::string_view state = is_down                ? "target down"
                                       : *run && (*run)->told ? "failing"
                                                              : "well";
        if (auto given =
                co_await call.rows.give({{"name", pull.name},
                                         {"target", pull.target},
                                         {"last", has_run ? rfc3339((*run)->last) : std::string()},
                                         {"next", next ? rfc3339(next->opens) : std::string()},
                                         {"state", state}});
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
    if (std::ranges::find(policy->pulls, *name, &policy::Pull::name) == policy->pulls.end())
        co_return complaint(
            fmt::format("there is no pull {}; `consign pulls` shows those of the policy", *name));
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        auto run = transaction.pulls.run(*name);
        if (!run) return failure(run.error());
        pulls::Run due = run->value_or(pulls::Run{});
        due.last = Timestamp{};  // so that an instant has come since
        if (auto noted = transaction.pulls.note_run(*name, due); !noted) return noted;
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
