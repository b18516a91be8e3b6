#include "desk/retention/shortened.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

#include "desk/retention/forgetting.hpp"
#include "desk/site/lives.hpp"
#include "policy/compare.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

/// Small enough that nobody waits for the snapshot, or the thread, that a page takes.
constexpr std::size_t page_lives = 256;

using MaybeSpan = std::optional<policy::Span>;

/// Of two spans in different units, by the length of a month on average.
std::chrono::seconds length_of(const policy::Span& span) {
    return std::chrono::months(span.months) + std::chrono::days(span.days) + span.seconds;
}

bool is_shorter(const policy::Span& span, const policy::Span& than) {
    return length_of(span) < length_of(than);
}

/// A span that ends content sooner than it would end without.
bool ends_more(const MaybeSpan& now, const MaybeSpan& then) {
    return now && (!then || is_shorter(*now, *then));
}

/// A span that keeps content longer than it would be kept without.
bool keeps_less(const MaybeSpan& now, const MaybeSpan& then) {
    return then && (!now || is_shorter(*now, *then));
}

/// What a class may end sooner once something is known that is not known today.
struct Shrinking {
    bool any = false;           // where the term is unknown today
    bool after_pickup = false;  // where not all have collected
};

Shrinking shrinking(const policy::Policy& before, const policy::Policy& after,
                    const std::string& class_name) {
    const auto now = after.classes.find(class_name);
    if (now == after.classes.end()) return {};
    const auto then = before.classes.find(class_name);
    if (then == before.classes.end())
        return {.any = true, .after_pickup = now->second.shorten_after_pickup.has_value()};
    const policy::Class &one = now->second, &other = then->second;
    const bool after_pickup = ends_more(one.shorten_after_pickup, other.shorten_after_pickup);
    return {.any = after_pickup || is_shorter(one.keep, other.keep) ||
                   keeps_less(one.minor_until, other.minor_until) ||
                   ends_more(one.after_death, other.after_death),
            .after_pickup = after_pickup};
}

bool may_end_sooner(const catalog::Life& life, const policy::Policy& before,
                    const policy::Policy& after) {
    const std::vector<policy::Life> lives = lives_of(life);
    const auto term_then = policy::term_under(before, life.class_name, lives);
    const auto term_now = policy::term_under(after, life.class_name, lives);
    if (policy::ends_sooner(term_now, term_then)) return true;
    const Shrinking shrinks = shrinking(before, after, life.class_name);
    const bool is_unknown = term_now.state != policy::Term::State::due;
    return (shrinks.any && is_unknown) || (shrinks.after_pickup && !life.collected_by_all);
}

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
            if (may_end_sooner(life, *before, *after)) ++shortened[life.class_name];
        }
    }
}

}  // namespace consign::desk
