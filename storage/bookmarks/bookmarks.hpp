// How far those came who go through something in order: the event log through the ledger. Lives on
// one connection, and changes on the writer thread alone. Errors: the database's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace consign::database {
class Connection;
}

namespace consign::bookmarks {

class Bookmarks {
  public:
    explicit Bookmarks(database::Connection& connection) : connection_(connection) {}

    /// Nothing where none was set yet. `name`: a word of whose it is.
    [[nodiscard]] Result<std::optional<std::int64_t>> find(std::string_view name);
    [[nodiscard]] Result<> set(std::string_view name, std::int64_t place);

  private:
    database::Connection& connection_;
};

}  // namespace consign::bookmarks
