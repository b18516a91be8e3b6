#include "desk/receipts/receipt_download.hpp"

#include <algorithm>

#include "desk/site/rate.hpp"

namespace consign::desk {

namespace asio = boost::asio;

asio::awaitable<Result<>> ReceiptDownload::read(std::span<Range> ranges) {
    std::uint64_t bytes = 0;
    for (Range& range : ranges) {
        const auto rest =
            as_bytes(text_).subspan(std::min<std::uint64_t>(range.offset, text_.size()));
        range.count = std::min(range.out.size(), rest.size());
        std::ranges::copy(rest.first(range.count), range.out.begin());
        bytes += range.count;
    }
    co_await Rate(session_, Direction::download).take(bytes);
    co_return Result<>{};
}

asio::awaitable<void> ReceiptDownload::finish(End) {
    co_return;
}

}  // namespace consign::desk
