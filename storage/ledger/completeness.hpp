// What the chain's hashes cannot show, looked at with the keys at hand: that each row still has the
// personal fields that it commits to, or the ledger tells that they were forgotten; and that what
// rows are found by, or tell of, and which stands in tables outside of the chain, is there:
// docs/formats/ledger.md, "Erased fields" and "What rows are found by". It goes through the whole
// ledger with little memory, on one connection, and changes nothing. Errors: keyring_errc, or the
// database's.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/ledger/event_index.hpp"
#include "storage/ledger/event_row.hpp"
#include "storage/ledger/forgotten_tally.hpp"
#include "storage/ledger/receipt_rows.hpp"
#include "storage/ledger/told_holds.hpp"

namespace consign::database {
class Connection;
}

namespace consign::ledger {

/// What is missing, of one table.
struct Lack {
    std::uint64_t count = 0;
    std::int64_t first = 0;  // the first row of the ledger that is concerned; 0: none is
};

struct Completeness {
    /// The first row whose personal fields are not what it commits to, with nothing that tells of
    /// their being forgotten.
    std::optional<std::int64_t> first_erased{};
    std::string why{};  // for people

    Lack index;     // entries of event_index
    Lack sessions;  // rows of `sessions`, or what they say of a login or of the end
    Lack receipts;  // rows of receipt_owners
    Lack holds;     // that were added, and never lifted
    // That rows tell of:
    Lack checkpoints, timestamps;
    /// Rows of an older version that are yet to be indexed; they lack nothing.
    std::int64_t to_index = 0;

    /// Of what, and how much.
    [[nodiscard]] std::array<std::pair<std::string_view, Lack>, 6> lacks() const {
        return {{{"index", index},
                 {"sessions", sessions},
                 {"receipts", receipts},
                 {"holds", holds},
                 {"checkpoints", checkpoints},
                 {"timestamps", timestamps}}};
    }
    [[nodiscard]] bool is_whole() const {
        return std::ranges::all_of(lacks(),
                                   [](const auto& lack) { return lack.second.count == 0; });
    }
};

class CompletenessCheck {
  public:
    CompletenessCheck(database::Connection& connection, const keyring::Keyring& keys,
                      RandomSource& random);

    /// Of a chain that verifies. `known`: the keys that were there before this transaction began;
    /// one of them that is destroyed meanwhile is told of in rows that it does not see.
    /// std::errc::operation_canceled once `stop` asks for it.
    [[nodiscard]] Result<Completeness> run(std::span<const keyring::PeriodKey> known,
                                           const std::stop_token& stop = {});

  private:
    [[nodiscard]] Result<> look_at_row(const database::Statement& query, Completeness& found);
    [[nodiscard]] Result<> look_for_what_it_tells(const EventRow& row, Completeness& found);
    [[nodiscard]] Result<> look_at_lost(const database::Statement& query, const EventRow& row,
                                        Completeness& found);
    [[nodiscard]] Result<> look_for_entries(keyring::KeyId period, const EventRow& row,
                                            Completeness& found);
    [[nodiscard]] Result<> look_for_session(const EventRow& row, Completeness& found);
    [[nodiscard]] Result<bool> fits_session(const EventRow& row, const Session& session);
    [[nodiscard]] Result<bool> may_start_so(const EventRow& row, const Session& session);
    [[nodiscard]] Result<> look_for_stamp(const EventRow& row, std::int64_t checkpoint,
                                          Completeness& found);
    [[nodiscard]] Result<> look_for_owner(const EventRow& row, Completeness& found);
    [[nodiscard]] Result<> look_at_sessions(Completeness& found);

    database::Connection& connection_;
    EventReader reader_;
    database::SealedCells cells_;
    EventIndex index_;
    ReceiptRows receipt_rows_;
    // Of one run.
    ForgottenTally tally_;
    ToldHolds holds_;
    std::set<keyring::KeyId> known_;
    std::set<Id> noted_sessions_;          // that lack something
    Timestamp begun_ = Timestamp::min();   // the last start of the daemon, of the rows so far
    Timestamp latest_ = Timestamp::min();  // the greatest time of the rows so far
    std::int64_t events_to_index_ = 0, sessions_to_index_ = 0;
};

}  // namespace consign::ledger
