// What reports read of the ledger, in pages, so that none is held whole: sessions and events of one
// account over a period, events about one content, and what all sessions agreed on with their
// clients. It lives on one connection, and changes nothing. Errors: the database's, or
// keyring_errc.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/ledger/event_row.hpp"

namespace consign::database {
class Connection;
class Statement;
}  // namespace consign::database

namespace consign::ledger {

using SessionRow = std::int64_t;

struct NumberedSession {
    SessionRow row = 0;
    Session session;
};

/// Sessions of one account that are alike.
struct Agreed {
    std::string account, protocol, algorithms, client;
    Timestamp first{}, last{};  // starts
    std::uint64_t sessions = 0;
};

class ReportRows {
  public:
    ReportRows(database::Connection& connection, const keyring::Keyring& keys,
               RandomSource& random);

    /// Up to `limit` events in [from, until), in order, behind the row `after` (0: from the start).
    [[nodiscard]] Result<std::vector<EventRow>> events_of(const std::string& account,
                                                          Timestamp from, Timestamp until,
                                                          std::int64_t after, std::size_t limit);
    /// The same, about a content, of any time.
    [[nodiscard]] Result<std::vector<EventRow>> events_about(const Id& stream, std::int64_t after,
                                                             std::size_t limit);

    /// Up to `limit` of those that ran at some time in [from, until), in the order of their rows,
    /// behind `after` (0: from the start).
    [[nodiscard]] Result<std::vector<NumberedSession>> running(const std::string& account,
                                                               Timestamp from, Timestamp until,
                                                               SessionRow after, std::size_t limit);
    /// Those that logged in, grouped; in the order of accounts, until `visit` says false.
    [[nodiscard]] Result<> visit_agreed(const std::function<bool(const Agreed&)>& visit);

  private:
    [[nodiscard]] Result<std::vector<EventRow>> rows_of(database::Statement query);

    database::Connection& connection_;
    database::SealedCells cells_;  // of sessions' addresses
    EventReader reader_;
};

}  // namespace consign::ledger
