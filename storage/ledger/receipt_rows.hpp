// Which rows of the ledger receipts and certificates are made of (docs/formats/receipt.md), found
// without unsealing any. What the daemon did with somebody's deposit stands in rows of its own
// accounts: for whom is noted beside them, in the same transaction. Lives on one connection, and
// changes on the writer thread alone. Errors: the database's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "storage/ledger/event.hpp"

namespace consign::database {
class Connection;
class Statement;
}  // namespace consign::database

namespace consign::ledger {

/// The details by which rows are told apart, of deposited and of retrieval_ended: they stand in
/// the chain, and in the indexes. Never change one.
inline constexpr std::string_view under_temporary_name = "under a temporary name";
inline constexpr std::string_view all_retrieved = "all of it";
inline constexpr std::string_view rest_retrieved = "the rest of it";

/// Is a receipt, or a certificate, made of it? A deposit that is whole and has its name, a
/// retrieval that is complete, a delivery, a destruction.
[[nodiscard]] bool is_receipt_row(const Event& event);

struct ReceiptPlace {
    Timestamp time{};
    std::int64_t sequence = 0;

    auto operator<=>(const ReceiptPlace&) const = default;
};

class ReceiptRows {
  public:
    explicit ReceiptRows(database::Connection& connection) : connection_(connection) {}

    struct Range {
        Timestamp from = Timestamp::min(), until = Timestamp::max();  // [from, until)
        std::optional<ReceiptPlace> after{};  // behind this one, where a page ended
        std::size_t limit = 1000;
    };
    /// An account's: its deposits, its complete retrievals, deliveries and destructions of what it
    /// deposited. In order of time, then sequence. Its cost does not grow with what else is in the
    /// ledger.
    [[nodiscard]] Result<std::vector<ReceiptPlace>> of_account(const std::string& account,
                                                               const Range& range);

    // The rows that a receipt's row leads to: their sequence; nothing where there is none.
    /// The session's login before this row.
    [[nodiscard]] Result<std::optional<std::int64_t>> login_of(const Id& session,
                                                               std::int64_t before);
    /// The newest deposit of this content before this row.
    [[nodiscard]] Result<std::optional<std::int64_t>> deposit_of(const Id& stream,
                                                                 std::int64_t before);
    /// Where the session opened this content, the last time before this row.
    [[nodiscard]] Result<std::optional<std::int64_t>> opening_of(const Id& stream,
                                                                 const Id& session,
                                                                 std::int64_t before);

    /// The row, of a delivery or a destruction, is about this content: whoever deposited it gets
    /// the receipt.
    [[nodiscard]] Result<> note(const Id& stream, ReceiptPlace row, Action action);
    /// The same for all such rows of (after, until] that are not noted.
    [[nodiscard]] Result<> note_anew(std::int64_t after, std::int64_t until);

  private:
    [[nodiscard]] Result<std::optional<std::int64_t>> one(database::Statement query);

    database::Connection& connection_;
};

}  // namespace consign::ledger
