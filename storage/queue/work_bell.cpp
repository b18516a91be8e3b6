#include "storage/queue/work_bell.hpp"

#include <utility>

namespace consign::queue {

WorkBell::Listener::Listener(WorkBell& bell, Kind kind, Heard heard)
    : bell_(bell), kind_(kind), heard_(std::move(heard)) {
    const std::lock_guard lock(bell_.mutex_);
    bell_.listeners_.push_back(this);
}

WorkBell::Listener::~Listener() {
    const std::lock_guard lock(bell_.mutex_);
    bell_.listeners_.remove(this);
}

void WorkBell::ring(Kinds kinds) {
    if (kinds.none()) return;
    const std::lock_guard lock(mutex_);
    for (Listener* const listener : listeners_)
        if (kinds.test(std::to_underlying(listener->kind_))) listener->heard_();
}

}  // namespace consign::queue
