#include "desk/scrub/strays.hpp"

#include <algorithm>

namespace consign::desk {

namespace asio = boost::asio;

Result<bool> is_stray(Transaction& transaction, const Id& stream) {
    const auto has_file = transaction.catalog.has_file(stream);
    if (!has_file || *has_file) return has_file ? Result<bool>(false) : has_file;
    const auto has_upload = transaction.catalog.has_upload(stream);
    return has_upload ? Result<bool>(!*has_upload) : has_upload;
}

asio::awaitable<Result<std::vector<Id>>> strays_in(Site& site, std::uint8_t first_byte) {
    auto list = [&] { return site.store.vault().committed_in(first_byte); };
    auto streams = co_await offload(site.store.pool(), list);
    if (!streams) co_return failure(streams.error());
    std::ranges::sort(*streams);
    co_return co_await site.store.read([&](Transaction& transaction) -> Result<std::vector<Id>> {
        std::vector<Id> strays;
        for (const Id& stream : *streams) {
            const auto stray = is_stray(transaction, stream);
            if (!stray) return failure(stray.error());
            if (*stray) strays.push_back(stream);
        }
        return strays;
    });
}

}  // namespace consign::desk
