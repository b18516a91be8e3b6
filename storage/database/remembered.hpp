// What was learned from rows, and need not be asked for again: true for as long as every change of
// those rows goes by whoever remembers them, and nothing was undone.
#pragma once

#include <cstdint>

#include "storage/database/sqlite.hpp"

namespace consign::database {

/// Of one connection, on its thread, and not to be used after it.
template <class Facts>
class Remembered {
  public:
    explicit Remembered(const Connection& connection) : connection_(&connection) {}

    /// As it was left; empty where something was undone since, or a snapshot ended.
    [[nodiscard]] Facts& operator*() {
        if (const auto undone = connection_->undone(); since_ != undone) {
            facts_ = Facts();
            since_ = undone;
        }
        return facts_;
    }
    [[nodiscard]] Facts* operator->() { return &**this; }

  private:
    const Connection* connection_;
    Facts facts_{};
    std::uint64_t since_ = 0;  // Connection::undone() then
};

}  // namespace consign::database
