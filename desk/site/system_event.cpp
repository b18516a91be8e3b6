#include "desk/site/system_event.hpp"

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

Result<> append_owned(Transaction& transaction, const ledger::Event& event) {
    const auto row = transaction.ledger.append(event);
    if (!row) return failure(row.error());
    return transaction.receipt_rows.note(event.stream, {.time = event.time, .sequence = *row},
                                         event.action);
}

}  // namespace consign::desk
