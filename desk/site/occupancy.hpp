// How many there are of what is bounded: sessions in all, by address and by account, files and
// folders that an account has open, passwords that an address waits for. Each holds its place until
// it ends.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace consign::desk {

class Occupancy {
  public:
    /// One place or several under one key, given back when this goes.
    class Place {
      public:
        Place() = default;
        Place(Place&& other) noexcept
            : occupancy_(std::exchange(other.occupancy_, nullptr)),
              key_(std::move(other.key_)),
              count_(other.count_) {}
        Place& operator=(Place&& other) noexcept {
            std::swap(occupancy_, other.occupancy_);
            std::swap(key_, other.key_);
            std::swap(count_, other.count_);
            return *this;
        }
        ~Place() {
            if (occupancy_) occupancy_->leave(key_, count_);
        }

      private:
        friend class Occupancy;
        Place(Occupancy& occupancy, std::string key, std::size_t count)
            : occupancy_(&occupancy), key_(std::move(key)), count_(count) {}
        Occupancy* occupancy_ = nullptr;
        std::string key_;
        std::size_t count_ = 0;
    };

    /// Nothing where that would be more than `limit` under this key. From any thread.
    [[nodiscard]] std::optional<Place> take(std::string key, std::size_t limit,
                                            std::size_t count = 1) {
        const std::scoped_lock lock(mutex_);
        auto& taken = taken_[key];
        if (taken + count > limit) {
            if (taken == 0) taken_.erase(key);
            return std::nullopt;
        }
        taken += count;
        return Place(*this, std::move(key), count);
    }

    [[nodiscard]] std::size_t taken(const std::string& key) const {
        const std::scoped_lock lock(mutex_);
        const auto found = taken_.find(key);
        return found == taken_.end() ? 0 : found->second;
    }

    [[nodiscard]] static std::string all_sessions() { return "sessions"; }
    [[nodiscard]] static std::string of_address(const std::string& address) {
        return "address " + address;
    }
    [[nodiscard]] static std::string of_account(const std::string& account) {
        return "account " + account;
    }
    [[nodiscard]] static std::string files_of(const std::string& account) {
        return "files of " + account;
    }
    [[nodiscard]] static std::string folders_of(const std::string& account) {
        return "folders of " + account;
    }
    [[nodiscard]] static std::string passwords_from(const std::string& network) {
        return "passwords from " + network;
    }

  private:
    void leave(const std::string& key, std::size_t count) {
        const std::scoped_lock lock(mutex_);
        const auto found = taken_.find(key);
        if ((found->second -= count) == 0) taken_.erase(found);
    }

    mutable std::mutex mutex_;
    std::map<std::string, std::size_t> taken_;
};

}  // namespace consign::desk
