// The ledger: what happened, each row chained to the one before by hash, each personal field in it
// a salted commitment: docs/formats/ledger.md. It lives on one connection, and appends on the
// writer thread alone. Errors: ledger_errc (errc.hpp), keyring_errc, or the database's.
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
#include "storage/ledger/event.hpp"

namespace consign::database {
class Connection;
class Statement;
}  // namespace consign::database

namespace consign::ledger {

struct EventRow {
    std::int64_t sequence = 0;
    Event event;  // personal fields empty where they cannot be read
    /// False where the period's key was destroyed: the fields are forgotten.
    bool personal_readable = true;
    /// True where the sealed fields were changed, moved from another row, or are not those that the
    /// row commits to; they are not given out then, and personal_readable is false.
    bool personal_altered = false;
    Digest32 hash{};
};

struct EventFilter {
    std::optional<std::string> account{};
    std::optional<Timestamp> from{}, until{};  // [from, until)
    std::optional<Outcome> outcome{};
    std::optional<Action> action{};
    std::optional<Id> session{};
    /// An event matches where this is true of its path or its second path; one whose paths are
    /// forgotten does not. Called once for each row that the rest of the filter leaves.
    std::function<bool(std::string_view path)> path_matches{};
    std::size_t limit = 1000;  // the newest ones that match, given oldest first
};

struct SessionFilter {
    std::optional<std::string> account{};
    std::optional<Timestamp> from{}, until{};  // of its start: [from, until)
    std::size_t limit = 1000;                  // the newest ones that match, given oldest first
};

class Ledger {
  public:
    Ledger(database::Connection& connection, keyring::Keyring& keys, RandomSource& random);

    /// The row's sequence number: 1, 2, ... without a gap. It is in the caller's transaction.
    [[nodiscard]] Result<std::int64_t> append(const Event& event);
    /// ledger_errc::already_open where the session has a row.
    [[nodiscard]] Result<> open_session(const Session& session);
    /// Updates account, methods, client, algorithms (at login) or the end and the counters; the
    /// rest stays as it was opened. ledger_errc::no_such_session.
    [[nodiscard]] Result<> update_session(const Session& session);
    /// Sessions that a crash left open: ended now, with this reason. How many there were.
    [[nodiscard]] Result<std::size_t> end_open_sessions(Timestamp now, const std::string& reason);

    [[nodiscard]] Result<std::vector<EventRow>> events(const EventFilter& filter);
    [[nodiscard]] Result<std::vector<Session>> sessions(const SessionFilter& filter);

    /// Walks the chain with no key: the number of rows that fit, and the first that does not. Rows
    /// cut off at the end leave a chain that fits: `head` and `rows` are to be held against a
    /// checkpoint that is kept elsewhere.
    struct Verification {
        std::int64_t rows = 0;
        std::optional<std::int64_t> first_bad;  // sequence
        std::string why;  // "the row before it is missing", ...; empty where all is well
        Digest32 head{};  // the hash of the last row that fits
    };
    [[nodiscard]] Result<Verification> verify();

  private:
    struct Head {
        std::int64_t sequence = 0;
        Digest32 hash{};
    };
    [[nodiscard]] Result<std::optional<Id>> chain();
    [[nodiscard]] Result<Id> chain_or_new();
    [[nodiscard]] Result<Head> head(const Id& chain);
    [[nodiscard]] Result<std::optional<Bytes>> seal_personal(std::int64_t sequence, Timestamp time,
                                                             ByteView openings);
    [[nodiscard]] Result<> read_personal(EventRow& row, ByteView commitments, ByteView cell);
    [[nodiscard]] Result<EventRow> event_row(const database::Statement& query);
    [[nodiscard]] Result<Session> session_row(const database::Statement& query);

    database::Connection& connection_;
    keyring::Keyring& keys_;
    RandomSource& random_;
    database::SealedCells cells_;
};

}  // namespace consign::ledger
