#include "desk/disposal.hpp"

namespace consign::desk {

namespace asio = boost::asio;

asio::awaitable<void> settle(Site& site, Id committed, Aftermath aftermath) {
    auto unstage = [&] { return site.store.vault().unstage(committed); };
    if (const auto done = co_await offload(site.store.pool(), unstage); !done)
        site.log.warning("a staging name could not be removed",
                         {{"stream", committed}, {"why", done.error()}});
    co_await conclude(site, std::move(aftermath));
}

asio::awaitable<void> conclude(Site& site, Aftermath aftermath) {
    for (MovedName& moved : aftermath.moved) site.moved_names.add(std::move(moved));
    co_await destroy(site, std::move(aftermath.doomed));
}

asio::awaitable<void> destroy(Site& site, std::vector<Id> doomed) {
    for (const Id& stream : doomed) {
        auto destroy_file = [&] { return site.store.vault().destroy(stream); };
        auto done = co_await offload(site.store.pool(), destroy_file);
        if (done) {
            ledger::Event destroyed;
            destroyed.time = site.clock.now();
            destroyed.action = ledger::Action::destroyed;
            destroyed.account = "system:retention";
            destroyed.stream = stream;
            destroyed.detail = "its last name is gone, and no class covers it";
            destroyed.policy = site.policy.current()->hash;
            done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
                if (auto forgotten = transaction.catalog.forget(stream); !forgotten)
                    return forgotten;
                if (auto appended = transaction.ledger.append(destroyed); !appended)
                    return failure(appended.error());
                return {};
            });
        }
        if (!done)
            site.log.error("a file could not be destroyed",
                           {{"stream", stream}, {"why", done.error()}});
    }
}

}  // namespace consign::desk
