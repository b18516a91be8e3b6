// An open listing of `/.receipts`, or of a day in it.
#pragma once

#include <deque>

#include "desk/receipts/receipt_folder.hpp"
#include "desk/site/session.hpp"

namespace consign::desk {

class ReceiptListing final : public Listing {
  public:
    /// `path` is a folder.
    ReceiptListing(Session& session, ReceiptFolder folder, const ReceiptPath& path);

    [[nodiscard]] boost::asio::awaitable<Result<std::vector<Attributes>>> next(
        std::size_t limit) override;

  private:
    /// Of one read; it may find nothing, and not be the last.
    [[nodiscard]] Result<std::vector<Attributes>> look(Transaction& transaction, std::size_t limit);

    Session& session_;
    ReceiptFolder folder_;
    ReceiptPath path_;
    std::chrono::sys_days next_day_{};               // of the top folder
    std::optional<ledger::ReceiptPlace> next_file_;  // of a day's
    std::deque<Attributes> waiting_;
    bool ended_ = false;
};

}  // namespace consign::desk
