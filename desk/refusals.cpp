#include "desk/refusals.hpp"

namespace consign::desk {

bool Refusals::is_first(const ledger::Event& event) {
    const std::scoped_lock lock(mutex_);
    Kind kind{event.personal.address, event.account,      event.action, event.rule,
              event.detail,           event.personal.path};
    auto found = windows_.find(kind);
    if (found == windows_.end() && windows_.size() >= kinds_limit) {
        // Past the bound all new kinds of one action share a window, so that a flood stays a few
        // rows.
        kind = Kind{"", "", event.action, "", "", ""};
        found = windows_.find(kind);
    }
    if (found == windows_.end()) {
        windows_.emplace(std::move(kind), Window{event.time, event, 0});
        return true;
    }
    found->second.latest = event;
    ++found->second.further;
    return false;
}

std::vector<ledger::Event> Refusals::due(Timestamp now, bool all) {
    const std::scoped_lock lock(mutex_);
    std::vector<ledger::Event> rows;
    for (auto held = windows_.begin(); held != windows_.end();) {
        Window& open = held->second;
        // A clock that was set back must not keep a window open for ever.
        if (!all && now >= open.opened && now - open.opened < window) {
            ++held;
            continue;
        }
        if (open.further > 0) {
            open.latest.count = open.further;
            rows.push_back(std::move(open.latest));
        }
        held = windows_.erase(held);
    }
    return rows;
}

}  // namespace consign::desk
