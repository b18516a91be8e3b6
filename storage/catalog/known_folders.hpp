// Which folder a name in a folder is, as this connection has found and verified it: the way to a
// file is walked again and again, and seldom changes. Whoever moves or removes a folder clears it.
// One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace consign::catalog {

class KnownFolders {
  public:
    using NodeId = std::int64_t;
    struct Place {
        NodeId parent = 0;
        std::string_view name;  // valid until the next call that is not const
    };
    static constexpr std::size_t limit = 4096;

    [[nodiscard]] std::optional<NodeId> find(NodeId parent, std::string_view name) const {
        const auto found = ids_.find(Place{parent, name});
        return found == ids_.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] std::optional<Place> place_of(NodeId folder) const {
        const auto found = places_.find(folder);
        if (found == places_.end()) return std::nullopt;
        return Place{found->second->first.first, found->second->first.second};
    }
    void add(NodeId parent, std::string_view name, NodeId folder) {
        if (ids_.size() >= limit) clear();
        const auto [entry, is_new] = ids_.try_emplace({parent, std::string(name)}, folder);
        if (is_new) places_.insert_or_assign(folder, entry);
    }
    void clear() {
        places_.clear();
        ids_.clear();
    }

  private:
    using Key = std::pair<NodeId, std::string>;
    struct Less {
        using is_transparent = void;
        static std::pair<NodeId, std::string_view> view(const Key& key) { return key; }
        static std::pair<NodeId, std::string_view> view(const Place& place) {
            return {place.parent, place.name};
        }
        bool operator()(const auto& one, const auto& other) const {
            return view(one) < view(other);
        }
    };
    using Ids = std::map<Key, NodeId, Less>;

    Ids ids_;
    std::unordered_map<NodeId, Ids::const_iterator> places_;
};

}  // namespace consign::catalog
