#include "desk/retention/shortened.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "desk/retention/forgetting.hpp"
#include "desk/site/lives.hpp"
#include "policy/compare.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

/// Small enough that nobody waits for the snapshot, or the thread, that a page takes.
constexpr std::size_t page_lives = 256;

}  // namespace

asio::awaitable<Result<Shortened>> would_end_sooner(Site& site,
                                                    std::shared_ptr<const policy::Policy> before,
                                                    std::shared_ptr<const policy::Policy> after) {
    Shortened shortened;
    if (forgets_sooner(*before, *after, site.clock.now())) {
        std::set<std::chrono::year_month> months;
        for (const keyring::PeriodKey& key : site.store.keys().period_keys())
            months.insert(key.month);
        if (!months.empty()) shortened.emplace(ledger_keep, months.size());
    }
    const std::set<std::string> changed = policy::classes_changed(*before, *after);
    if (changed.empty()) co_return shortened;
    const auto stored = co_await site.store.read(
        [](Transaction& transaction) { return transaction.catalog.classes_in_store(); });
    if (!stored) co_return failure(stored.error());
    if (std::ranges::none_of(*stored, [&](const catalog::ClassCount& one) {
            return changed.contains(one.class_name);
        }))
        co_return shortened;

    for (catalog::LifeId last = 0;;) {
        const auto page = co_await site.store.read([last](Transaction& transaction) {
            return transaction.catalog.lives(last, page_lives);
        });
        if (!page) co_return failure(page.error());
        if (page->empty()) co_return shortened;
        last = page->back().id;
        for (const catalog::Life& life : *page) {
            if (!changed.contains(life.class_name)) continue;
            const std::vector<policy::Life> lives = lives_of(life);
            const auto term_then = policy::term_under(*before, life.class_name, lives);
            const auto term_now = policy::term_under(*after, life.class_name, lives);
            if (policy::ends_sooner(term_now, term_then)) ++shortened[life.class_name];
        }
    }
}

}  // namespace consign::desk
