// What a filter's condition leads to: the contents, the sessions and the rows by which events are
// found. Changes nothing. Errors: keyring_errc, or the database's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "storage/ledger/search.hpp"

namespace consign::database {
class Connection;
class Statement;
}  // namespace consign::database

namespace consign::ledger {

using Sequences = std::vector<std::int64_t>;

/// An event matches that is about one of the contents, of one of the sessions, or one of the rows.
/// Each in order, once.
struct Leads {
    std::vector<Id> streams{}, sessions{};
    Sequences rows{};

    void put_in_order();
    /// Is the event where the query, of select_events, stands?
    [[nodiscard]] bool lead_to(const database::Statement& query) const;
};

/// More rows than this are not gathered: what is so frequent is met soon enough on the way.
inline constexpr std::size_t gathered_limit = 200'000;

class Conditions {
  public:
    Conditions(database::Connection& connection, EventReader& reader, EventIndex& index)
        : connection_(connection), reader_(reader), index_(index) {}

    /// One for each condition of the filter that is a value in a sealed field.
    [[nodiscard]] Result<std::vector<Leads>> of(const EventFilter& filter);
    [[nodiscard]] Result<Leads> by_path(std::string_view path);
    [[nodiscard]] Result<Leads> by_address(std::string_view address);
    [[nodiscard]] Result<Leads> by_sha256(std::string_view sha256);

  private:
    /// What a folder was called before a row.
    struct Was {
        std::string path;
        std::int64_t before = 0;
    };
    /// The earlier paths of this one, by the renames of folders that it is or lies in.
    [[nodiscard]] Result<std::vector<Was>> earlier(const Was& was);
    [[nodiscard]] Result<Id> stream_of(std::int64_t sequence);

    database::Connection& connection_;
    EventReader& reader_;
    EventIndex& index_;
};

}  // namespace consign::ledger
