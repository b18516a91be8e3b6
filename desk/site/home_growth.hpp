// What open uploads hold beyond what the catalog counts: an upload's row tells its size only when
// it breaks off, and until then a quota would not bound the disk. By home; a home below another's
// is counted by itself. Uploads of accounts without a quota are left out: who shares a home with
// one learns of their bytes at the next OPEN, or at the end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/id.hpp"
#include "base/virtual_path.hpp"

namespace consign::desk {

class HomeGrowth {
  public:
    /// An upload begins or goes on; `counted_bytes` is what the catalog counts in the home now.
    void begin(const VirtualPath& home, const Id& stream, std::uint64_t bytes,
               std::uint64_t counted_bytes) {
        const std::scoped_lock lock(mutex_);
        Home& there = homes_[std::string(home.text())];
        there.counted_bytes = counted_bytes;
        set(there, stream, bytes);
    }
    /// The upload gets so long, where the home then holds at most `limit_bytes`. False: it would
    /// not.
    [[nodiscard]] bool grow(const VirtualPath& home, const Id& stream, std::uint64_t bytes,
                            std::uint64_t limit_bytes) {
        const std::scoped_lock lock(mutex_);
        Home& there = homes_[std::string(home.text())];
        const auto own = there.uploads.find(stream);
        const std::uint64_t own_bytes = own == there.uploads.end() ? 0 : own->second;
        if (there.counted_bytes + there.growth_bytes - own_bytes + bytes > limit_bytes)
            return false;
        set(there, stream, std::max(own_bytes, bytes));
        return true;
    }
    /// Would so much more still fit, where the catalog counts `counted_bytes`?
    [[nodiscard]] bool takes(const VirtualPath& home, std::uint64_t counted_bytes,
                             std::uint64_t bytes, std::uint64_t limit_bytes) {
        const std::scoped_lock lock(mutex_);
        const auto there = homes_.find(home.text());
        const std::uint64_t growth = there == homes_.end() ? 0 : there->second.growth_bytes;
        return counted_bytes + growth + bytes <= limit_bytes;
    }
    /// The catalog counts the upload from now on.
    void settle(const VirtualPath& home, const Id& stream, std::uint64_t counted_bytes) {
        drop(home, stream);
        const std::scoped_lock lock(mutex_);
        if (const auto there = homes_.find(home.text()); there != homes_.end())
            there->second.counted_bytes = counted_bytes;
    }
    void drop(const VirtualPath& home, const Id& stream) {
        const std::scoped_lock lock(mutex_);
        const auto there = homes_.find(home.text());
        if (there == homes_.end()) return;
        set(there->second, stream, 0);
        there->second.uploads.erase(stream);
        if (there->second.uploads.empty()) homes_.erase(there);
    }

  private:
    struct Home {
        std::uint64_t counted_bytes = 0;  // as the catalog last told
        std::uint64_t growth_bytes = 0;   // the sum of `uploads`
        std::map<Id, std::uint64_t> uploads;
    };
    static void set(Home& home, const Id& stream, std::uint64_t bytes) {
        std::uint64_t& own = home.uploads[stream];
        home.growth_bytes = home.growth_bytes - own + bytes;
        own = bytes;
    }

    std::mutex mutex_;
    std::map<std::string, Home, std::less<>> homes_;
};

}  // namespace consign::desk
