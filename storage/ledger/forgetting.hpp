// What the ledger forgets: personal fields whose time is over, with the chain intact. A month's
// access (logins, refusals, listings, sessions' addresses) goes with its key. An event about a file
// goes on its own, once the content is gone: its sealed fields are overwritten where they stand;
// and when no event of a month is left, that month's other key goes, too. docs/formats/ledger.md,
// "Forgetting". It lives on one connection; what changes anything is called on the writer thread
// alone. Nothing is remembered but what stands in the database and the keyring, so that a call may
// die at any point. Errors: keyring_errc, or the database's.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/ledger/event_index.hpp"
#include "storage/ledger/event_row.hpp"
#include "storage/ledger/forgotten_words.hpp"

namespace consign::database {
class Connection;
}

namespace consign::ledger {

/// A month's key: one that is there, or one that was, and what the ledger told of that.
struct Period {
    keyring::PeriodKey key;
    std::optional<Timestamp> told{};       // since then it is decided
    std::optional<Timestamp> forgotten{};  // since then the key is gone
};

/// Where a walk through the events about files stands.
struct TracePlace {
    Timestamp time = Timestamp::min();
    Id stream{};
    std::int64_t sequence = 0;
};

struct EndedTraces {
    std::vector<std::int64_t> rows{};  // events whose content is gone
    std::optional<TracePlace> next{};  // nothing: the walk is at its end
};

struct ForgottenTraces {
    RowsByMonth by_month{};
    std::uint64_t rows = 0;
};

class Forgetting {
  public:
    Forgetting(database::Connection& connection, keyring::Keyring& keys, RandomSource& random);

    /// Looks at up to `limit` events about files, from `after` on, of `until` or before, whose
    /// fields are not forgotten.
    [[nodiscard]] Result<EndedTraces> ended_traces(const TracePlace& after, Timestamp until,
                                                   std::size_t limit);
    /// Overwrites the fields of those whose content is gone now, of `until` or before.
    [[nodiscard]] Result<ForgottenTraces> forget_traces(std::span<const std::int64_t> rows,
                                                        Timestamp until);

    /// The keys that are there, and those that are forgotten, in the order of their ids.
    [[nodiscard]] Result<std::vector<Period>> periods();
    /// How many rows have fields under a month's access key: events, and sessions.
    struct Access {
        std::uint64_t events = 0, sessions = 0;
    };
    [[nodiscard]] Result<Access> access_under(const keyring::PeriodKey& key);
    /// Is an event about a file left that has its fields under this key of events about files?
    [[nodiscard]] Result<bool> is_needed(const keyring::PeriodKey& key);
    /// Older versions sealed the events about files under the access key: up to `limit` of them,
    /// from `after` on, are sealed under the month's other key. Where to go on; nothing at the end.
    [[nodiscard]] Result<std::optional<TracePlace>> move_traces(const keyring::PeriodKey& access,
                                                                const TracePlace& after,
                                                                std::size_t limit);

    /// From here on the key is to be destroyed. In the transaction of the event that tells it.
    [[nodiscard]] Result<> tell(const keyring::PeriodKey& key, Timestamp now);
    /// Destroys a key of which that is durable. False, and nothing done, where it is needed. The
    /// key is gone also where the transaction comes to nothing.
    [[nodiscard]] Result<bool> destroy(const keyring::PeriodKey& key, Timestamp now);
    /// Takes up to `limit` entries out of the index of events whose key is gone. False: none left.
    [[nodiscard]] Result<bool> drop_entries(std::size_t limit);

    /// Does the write-ahead log still hold pages with what is forgotten (Database::truncate_log)?
    [[nodiscard]] Result<bool> log_is_to_be_cut();
    [[nodiscard]] Result<> log_is_cut();

  private:
    [[nodiscard]] Result<bool> forget_row(std::int64_t sequence, Timestamp until,
                                          ForgottenTraces& forgotten);
    [[nodiscard]] Result<> move_row(std::int64_t sequence, keyring::KeyId to);
    [[nodiscard]] Result<> cut_log();

    database::Connection& connection_;
    keyring::Keyring& keys_;
    database::SealedCells cells_;
    EventReader reader_;
    EventIndex index_;
};

}  // namespace consign::ledger
