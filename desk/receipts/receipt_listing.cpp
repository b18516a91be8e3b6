#include "desk/receipts/receipt_listing.hpp"

#include <algorithm>
#include <iterator>

#include "desk/site/translate.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

/// Each is unsealed and signed to know its size: so many in one go on the pool.
constexpr std::size_t receipts_at_once = 64;

/// Before any receipt.
constexpr std::chrono::sys_days first_day{};

}  // namespace

ReceiptListing::ReceiptListing(Session& session, ReceiptFolder folder, const ReceiptPath& path)
    : session_(session), folder_(std::move(folder)), path_(path), next_day_(first_day) {
    if (path_.kind != ReceiptPath::Kind::top) return;
    std::ranges::move(folder_.top_files(), std::back_inserter(waiting_));
}

Result<std::vector<Attributes>> ReceiptListing::look(Transaction& transaction, std::size_t limit) {
    limit = std::clamp<std::size_t>(limit, 1, receipts_at_once);
    if (path_.kind == ReceiptPath::Kind::top) {
        auto days = folder_.days(transaction, next_day_, std::nullopt, limit);
        if (!days) return failure(days.error());
        next_day_ = days->next;
        ended_ = days->is_last;
        return std::move(days->folders);
    }
    auto files = folder_.files_of(transaction, path_.day, next_file_, limit);
    if (!files) return failure(files.error());
    next_file_ = files->next;
    ended_ = !files->next;
    return std::move(files->files);
}

asio::awaitable<Result<std::vector<Attributes>>> ReceiptListing::next(std::size_t limit) {
    while (waiting_.size() < limit && !ended_ && !session_.is_leaving()) {
        auto found = co_await session_.site().store.read(
            [&](Transaction& transaction) { return look(transaction, limit); });
        if (!found) co_return failure(told(session_, found.error()));
        std::ranges::move(*found, std::back_inserter(waiting_));
    }
    std::vector<Attributes> shown;
    for (; !waiting_.empty() && shown.size() < limit; waiting_.pop_front())
        shown.push_back(std::move(waiting_.front()));
    co_return shown;
}

}  // namespace consign::desk
