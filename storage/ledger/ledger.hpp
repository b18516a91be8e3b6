// The ledger: what happened, each row chained to the one before by hash, each personal field in it
// a salted commitment: docs/formats/ledger.md. It lives on one connection, and appends on the
// writer thread alone; nobody else appends while it lives. Errors: ledger_errc (errc.hpp),
// keyring_errc, or the database's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/remembered.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/ledger/event.hpp"
#include "storage/ledger/event_index.hpp"
#include "storage/ledger/event_row.hpp"
#include "storage/ledger/verification.hpp"

namespace consign::database {
class Connection;
class Statement;
}  // namespace consign::database

namespace consign::ledger {

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

    /// Nothing where there is no such row.
    [[nodiscard]] Result<std::optional<EventRow>> row(std::int64_t sequence);
    /// Deposits by an account in (from, until], in the order of their times, until `visit` says
    /// false. Its cost does not grow with what else is in the ledger.
    [[nodiscard]] Result<> visit_deposits(const std::string& account, Timestamp from,
                                          Timestamp until,
                                          const std::function<bool(const Event&)>& visit);
    /// Up to `limit` rows behind `sequence`, in order; their personal fields are not read.
    [[nodiscard]] Result<std::vector<EventRow>> after(std::int64_t sequence, std::size_t limit);
    /// 0: there are none.
    [[nodiscard]] Result<std::int64_t> last_sequence();

    /// Where the chain ends: what a checkpoint vouches for.
    struct Head {
        Id chain;
        std::int64_t sequence = 0;
        Digest32 hash{};
    };
    /// Nothing where no row was ever written.
    [[nodiscard]] Result<std::optional<Head>> head();

    /// A checkpoint: the text that says where the chain ended, and who signed it. Both are public.
    struct Checkpoint {
        std::int64_t sequence = 0;
        std::string text;
        std::string signature;
    };
    [[nodiscard]] Result<> keep_checkpoint(const Checkpoint& checkpoint);
    [[nodiscard]] Result<std::optional<Checkpoint>> last_checkpoint();
    /// In order.
    [[nodiscard]] Result<std::vector<Checkpoint>> newest_checkpoints(std::size_t limit);
    /// Up to `limit`, over more rows than `after`, in order.
    [[nodiscard]] Result<std::vector<Checkpoint>> checkpoints(std::int64_t after,
                                                              std::size_t limit);

    /// The hash that row `sequence` has; chain's start for 0. Nothing where there is no such row.
    [[nodiscard]] Result<std::optional<Digest32>> hash_of(std::int64_t sequence);
    /// Does the chain go on from the marker, which stands in it, over up to `limit` rows? How far
    /// it came; nothing where the marker or a row behind it does not fit.
    [[nodiscard]] Result<std::optional<Marker>> follow(const Marker& from, std::size_t limit);

    /// Walks the chain with no key, through the markers. Without any, rows cut off at the end and a
    /// chain computed anew are not seen. std::errc::operation_canceled once `stop` asks for it.
    [[nodiscard]] Result<Verification> verify(std::span<const Marker> markers = {},
                                              const std::stop_token& stop = {});

  private:
    [[nodiscard]] Result<std::optional<Id>> chain();
    [[nodiscard]] Result<Id> chain_or_new();
    [[nodiscard]] Result<Head> head(const Id& chain);
    /// Where the next event is appended.
    [[nodiscard]] Result<Head> end();
    [[nodiscard]] Result<std::optional<Bytes>> seal_personal(std::int64_t sequence,
                                                             const Event& event, ByteView openings);

    database::Connection& connection_;
    keyring::Keyring& keys_;
    RandomSource& random_;
    database::SealedCells cells_;
    EventReader reader_;
    EventIndex index_;
    database::Remembered<std::optional<Head>> end_;  // where this has appended
};

}  // namespace consign::ledger
