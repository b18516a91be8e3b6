// Names that a pickup's `then` took away from under those who had collected them: their clients may
// still remove the file, or look at its size, and must not be told that it failed (POLICY.md
// "Grants"). In memory: who asks is a client that is still at it.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/id.hpp"
#include "base/virtual_path.hpp"
#include "policy/policy.hpp"

namespace consign::desk {

struct CollectedName {
    std::string account;  // who collected it
    VirtualPath whole;    // the name that it had, in the whole tree
    Id session;
    std::uint64_t size_bytes = 0;
    Timestamp modified{};
    policy::Rule rule;  // of the pickup
    Timestamp collected{};
};

class CollectedNames {
  public:
    /// So many are known; the oldest make room.
    static constexpr std::size_t collected_limit = 20'000;
    static constexpr std::chrono::hours known_time{24};

    void add(CollectedName name) {
        const std::scoped_lock lock(mutex_);
        Key key(name.account, name.whole);
        order_.emplace_back(name.collected, key);
        names_.insert_or_assign(std::move(key), std::move(name));
        while (order_.size() > collected_limit) {
            // One name may have been collected again since.
            const auto& [time, oldest] = order_.front();
            if (const auto found = names_.find(oldest);
                found != names_.end() && found->second.collected <= time)
                names_.erase(found);
            order_.pop_front();
        }
    }
    /// Nothing once it is long ago.
    [[nodiscard]] std::optional<CollectedName> find(const std::string& account,
                                                    const VirtualPath& whole, Timestamp now) const {
        const std::scoped_lock lock(mutex_);
        const auto found = names_.find(Key(account, whole));
        if (found == names_.end() || now - found->second.collected > known_time)
            return std::nullopt;
        return found->second;
    }

  private:
    using Key = std::pair<std::string, VirtualPath>;

    mutable std::mutex mutex_;
    std::map<Key, CollectedName> names_;
    std::deque<std::pair<Timestamp, Key>> order_;  // as they came
};

}  // namespace consign::desk
