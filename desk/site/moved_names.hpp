// Names that routes took away from under their depositors: a client asks for its file once it has
// sent it, and must find it for a while, whatever became of it (POLICY.md "Grants"). In memory: who
// asks is a client that is still there.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/virtual_path.hpp"
#include "desk/site/visibility.hpp"
#include "storage/catalog/catalog.hpp"

namespace consign::desk {

/// A deposit that has another name now.
struct MovedName {
    std::string account;  // who deposited it
    VirtualPath whole;    // the name that it had, in the whole tree
    catalog::FileId file = 0;
    catalog::NodeId node = 0;  // the name that it has
    std::uint64_t size_bytes = 0;
    Timestamp modified{};
    Timestamp moved{};
};

class MovedNames {
  public:
    /// So many are known; the oldest make room.
    static constexpr std::size_t moved_limit = 10'000;

    void add(MovedName moved) {
        const std::scoped_lock lock(mutex_);
        Key key(moved.account, moved.whole);
        order_.emplace_back(moved.moved, key);
        moved_.insert_or_assign(std::move(key), std::move(moved));
        while (order_.size() > moved_limit) drop_oldest();
    }
    /// Where it was moved since.
    [[nodiscard]] std::optional<MovedName> find(const std::string& account,
                                                const VirtualPath& whole, Timestamp since) const {
        const std::scoped_lock lock(mutex_);
        const auto found = moved_.find(Key(account, whole));
        if (found == moved_.end() || found->second.moved < since) return std::nullopt;
        return found->second;
    }
    /// The depositor has put something else there.
    void forget(const std::string& account, const VirtualPath& whole) {
        const std::scoped_lock lock(mutex_);
        moved_.erase(Key(account, whole));
    }

  private:
    using Key = std::pair<std::string, VirtualPath>;

    void drop_oldest() {
        const auto& [time, key] = order_.front();
        // A name may have been moved away again since.
        if (const auto found = moved_.find(key);
            found != moved_.end() && found->second.moved <= time)
            moved_.erase(found);
        order_.pop_front();
    }

    mutable std::mutex mutex_;
    std::map<Key, MovedName> moved_;
    std::deque<std::pair<Timestamp, Key>> order_;  // as they came
};

}  // namespace consign::desk
