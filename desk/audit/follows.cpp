#include "desk/audit/follows.hpp"

#include <algorithm>
#include <utility>

namespace consign::desk {

void Follows::begin(Follow follow) {
    const std::scoped_lock lock(mutex_);
    if (follows_.size() == limit) follows_.pop_front();
    follows_.push_back(std::move(follow));
}

std::optional<Follow> Follows::take(const Id& id, const std::string& administrator) {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find(follows_, id, &Follow::id);
    if (found == follows_.end() || found->administrator != administrator) return std::nullopt;
    Follow follow = std::move(*found);
    follows_.erase(found);
    return follow;
}

}  // namespace consign::desk
