// Questions to the ledger: events and sessions by what they have in common. Each condition that has
// an index gives the rows that it leaves, the fewest are looked at, newest first, and only what
// matches in clear is unsealed; so that an answer costs what it is large, and not what the ledger
// is. Lives on one connection, and changes nothing. Errors: keyring_errc, or the database's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/ledger/event_index.hpp"
#include "storage/ledger/event_row.hpp"

namespace consign::database {
class Connection;
}

namespace consign::ledger {

/// Any of these; all, where there are none.
struct Actions {
    std::vector<Action> any{};

    Actions() = default;
    Actions(Action one) : any{one} {}  // NOLINT(google-explicit-constructor): most ask for one
    explicit Actions(std::vector<Action> some) : any(std::move(some)) {}
};

/// Events about these contents, and those that name the person.
struct AboutSubject {
    std::string subject;  // as in Personal
    std::vector<Id> streams{};
};

struct EventFilter {
    std::optional<std::string> account{};
    std::optional<Timestamp> from{}, until{};  // [from, until)
    std::optional<Outcome> outcome{};
    Actions action{};
    std::optional<Id> session{};
    std::optional<Id> stream{};  // about this content
    /// Raw bytes of the whole tree. Events that name it, and all events about each file that ever
    /// had it, also by the rename of a folder above it.
    std::optional<std::string> path{};
    /// Of a peer, as it writes itself: events of its sessions, and those without one.
    std::optional<std::string> address{};
    /// Hexadecimal, lower case: all events about each file that came with this content.
    std::optional<std::string> sha256{};
    std::optional<AboutSubject> subject{};
    /// An event matches where this is true of its path or its second path; one whose paths are
    /// forgotten does not. Called once for each row that the rest of the filter leaves.
    std::function<bool(std::string_view path)> path_matches{};
    std::size_t limit = 1000;  // the newest ones that match, given oldest first
};

struct SessionFilter {
    std::optional<std::string> account{};
    std::optional<std::string> address{};
    std::optional<Timestamp> from{}, until{};  // of its start: [from, until)
    std::size_t limit = 1000;                  // the newest ones that match, given oldest first
};

class Search {
  public:
    Search(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random);

    [[nodiscard]] Result<std::vector<EventRow>> events(const EventFilter& filter);
    [[nodiscard]] Result<std::vector<Session>> sessions(const SessionFilter& filter);

    /// Contents that events are about, whose ids lie from `first` to `last`: at most `limit`.
    [[nodiscard]] Result<std::vector<Id>> streams_between(const Id& first, const Id& last,
                                                          std::size_t limit);

    struct News {
        std::vector<EventRow> rows;  // in order
        std::int64_t reached = 0;    // all up to this one were looked at
    };
    /// The events behind `after` that match, out of the next `looked_at` rows; the filter's limit
    /// does not count.
    [[nodiscard]] Result<News> news(const EventFilter& filter, std::int64_t after,
                                    std::size_t looked_at);

  private:
    database::Connection& connection_;
    database::SealedCells cells_;  // of sessions' addresses
    EventReader reader_;
    EventIndex index_;
};

}  // namespace consign::ledger
