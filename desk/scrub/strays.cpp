#include "desk/scrub/strays.hpp"

#include <algorithm>

#include "desk/site/known_stream.hpp"

namespace consign::desk {

namespace asio = boost::asio;

asio::awaitable<Result<std::vector<Id>>> strays_in(Site& site, std::uint8_t first_byte) {
    auto list = [&] { return site.store.vault().committed_in(first_byte); };
    auto streams = co_await offload(site.store.pool(), list);
    if (!streams) co_return failure(streams.error());
    std::ranges::sort(*streams);
    co_return co_await site.store.read([&](Transaction& transaction) -> Result<std::vector<Id>> {
        std::vector<Id> strays;
        for (const Id& stream : *streams) {
            const auto known = is_known_stream(transaction, stream);
            if (!known) return failure(known.error());
            if (!*known) strays.push_back(stream);
        }
        return strays;
    });
}

}  // namespace consign::desk
