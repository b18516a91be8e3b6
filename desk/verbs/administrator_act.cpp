#include "desk/verbs/administrator_act.hpp"

#include "desk/verbs/complaint.hpp"

namespace consign::desk {

namespace asio = boost::asio;

ledger::Event administrator_act(const Site& site, const std::string& administrator, Literal verb) {
    ledger::Event event;
    event.time = site.clock.now();
    event.action = ledger::Action::administrator_acted;
    event.account = "admin:" + administrator;
    event.protocol = "control";
    event.detail = verb.view();
    event.policy = site.policy.current()->hash;
    return event;
}

asio::awaitable<Answered> record_act(Site& site, std::string administrator, Literal verb,
                                     ledger::Outcome outcome, std::string path) {
    auto event = administrator_act(site, administrator, verb);
    event.outcome = outcome;
    event.personal.path = std::move(path);
    const auto recorded = co_await site.store.write(
        [&event](Transaction& transaction) { return transaction.ledger.append(event); });
    if (!recorded)
        co_return complaint(
            fmt::format("the ledger could not record this, so nothing was done: {}; "
                        "look at consignd's log",
                        recorded.error().message()));
    co_return boost::json::object();
}

}  // namespace consign::desk
