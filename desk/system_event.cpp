#include "desk/system_event.hpp"

namespace consign::desk {

ledger::Event system_event(const Site& site, ledger::Action action, Literal account) {
    ledger::Event event;
    event.time = site.clock.now();
    event.action = action;
    event.account = account.view();
    event.policy = site.policy.current()->hash;
    return event;
}

Result<> append(Transaction& transaction, const ledger::Event& event) {
    if (auto appended = transaction.ledger.append(event); !appended)
        return failure(appended.error());
    return {};
}

}  // namespace consign::desk
