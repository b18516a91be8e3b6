#include "desk/site/refusals.hpp"

#include <algorithm>

namespace consign::desk {

std::pair<Refusals::Windows::iterator, Refusals::Kind> Refusals::find(const ledger::Event& event,
                                                                      const std::string& network) {
    Kind kind{network, event.account, event.action, event.rule, event.detail, event.personal.path};
    auto found = windows_.find(kind);
    // Past a bound all new kinds of one action share a window, so that a flood stays a few rows.
    if (found == windows_.end() && kinds_of(network) >= kinds_per_network_limit) {
        kind = Kind{network, "", event.action, "", "", ""};
        found = windows_.find(kind);
    }
    if (found == windows_.end() && windows_.size() >= kinds_limit) {
        kind = Kind{"", "", event.action, "", "", ""};
        found = windows_.find(kind);
    }
    return {found, std::move(kind)};
}

bool Refusals::is_first(const ledger::Event& event, const std::string& network) {
    const std::scoped_lock lock(mutex_);
    auto [found, kind] = find(event, network);
    if (found == windows_.end()) {
        windows_.emplace(std::move(kind), Window{event.time, event, 0});
        return true;
    }
    Window& open = found->second;
    const bool is_of_one_session = event.session == open.latest.session;
    open.latest = event;
    // One whose refusals were only ever counted has no row that the ledger could name.
    if (!is_of_one_session) open.latest.session = {};
    ++open.further;
    return false;
}

void Refusals::was_not_written(const ledger::Event& event, const std::string& network) {
    const std::scoped_lock lock(mutex_);
    const auto found = find(event, network).first;
    if (found == windows_.end()) return;
    found->second.latest.session = {};
    ++found->second.further;
}

std::size_t Refusals::kinds_of(const std::string& network) const {
    const auto first = windows_.lower_bound(Kind{network, "", {}, "", "", ""});
    const auto last = std::find_if_not(first, windows_.end(), [&](const auto& held) {
        return std::get<0>(held.first) == network;
    });
    return static_cast<std::size_t>(std::distance(first, last));
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
