#include "desk/housekeeping.hpp"

#include <algorithm>

#include "desk/disposal.hpp"
#include "desk/system_event.hpp"
#include "desk/upload.hpp"
#include "policy/decide.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using ledger::Action;

namespace {

/// A staging name whose file was committed is dropped; one that no row knows was never answered
/// for, and goes; one with a row waits for its depositor.
asio::awaitable<Result<>> sweep_staging(Site& site) {
    auto list = [&] { return site.store.vault().staged(); };
    const auto staged = co_await offload(site.store.pool(), list);
    if (!staged) co_return failure(staged.error());
    for (const Id& stream : *staged) {
        bool committed = false;
        const auto unfinished =
            co_await site.store.read([&](Transaction& transaction) -> Result<bool> {
                const auto has_file = transaction.catalog.has_file(stream);
                if (!has_file) return has_file;
                committed = *has_file;
                return transaction.catalog.has_upload(stream);
            });
        if (!unfinished) co_return failure(unfinished.error());
        if (*unfinished) continue;
        auto drop = [&] {
            // A whole file that no row knows (the database was put back to an older copy) is kept,
            // for `scrub` to list: only its staging name goes.
            const bool whole = committed || site.store.vault().open(stream).has_value();
            return whole ? site.store.vault().unstage(stream) : site.store.vault().abandon(stream);
        };
        if (auto dropped = co_await offload(site.store.pool(), drop); !dropped) co_return dropped;
    }
    co_return Result<>{};
}

asio::awaitable<void> expire_uploads(Site& site) {
    const auto policy = site.policy.current();
    const auto kept = policy->limits.unfinished_uploads_kept;
    const Timestamp now = site.clock.now();
    const auto streams = co_await site.store.read([&](Transaction& transaction) {
        return transaction.catalog.uploads_untouched_since(now - kept);
    });
    if (!streams) {
        site.log.error("unfinished uploads could not be looked through",
                       {{"why", streams.error()}});
        co_return;
    }
    for (const Id& stream : *streams) {
        if (site.uploads.find(stream)) continue;
        auto event = system_event(site, Action::upload_expired, "system:housekeeping");
        event.policy = policy->hash;
        event.stream = stream;
        event.detail = "limits.unfinished_uploads_kept";
        auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
            // Its depositor may have finished or resumed it since the look.
            const auto untouched = transaction.catalog.uploads_untouched_since(now - kept);
            if (!untouched) return failure(untouched.error());
            if (std::ranges::find(*untouched, stream) == untouched->end())
                return failure(catalog::catalog_errc::no_such_upload);
            // A name that cannot be read any more must not keep its upload for ever.
            if (const auto upload = transaction.catalog.upload(stream); upload && *upload)
                event.personal.path = std::string((*upload)->path.text());
            if (auto ended = transaction.catalog.end_upload(stream); !ended) return ended;
            return append(transaction, event);
        });
        if (!done && done.error() == catalog::catalog_errc::no_such_upload) continue;
        auto abandon = [&] { return site.store.vault().abandon(stream); };
        if (done) done = co_await offload(site.store.pool(), abandon);
        if (!done)
            site.log.error("an unfinished upload could not be dropped",
                           {{"stream", stream}, {"why", done.error()}});
    }
}

asio::awaitable<void> write_counts(Site& site, bool all) {
    const auto counts = site.refusals.due(site.clock.now(), all);
    if (counts.empty()) co_return;
    const auto written = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        for (const ledger::Event& event : counts)
            if (auto appended = append(transaction, event); !appended) return appended;
        return {};
    });
    if (!written)
        site.log.error("counts of refusals could not be recorded", {{"why", written.error()}});
}

}  // namespace

asio::awaitable<Result<>> make_folders(Site& site) {
    const auto policy = site.policy.current();
    const Timestamp now = site.clock.now();
    co_return co_await site.store.write([&](Transaction& transaction) -> Result<> {
        for (const VirtualPath& folder : policy::folders(*policy))
            if (const auto made = transaction.catalog.ensure_directories(folder, now); !made)
                return failure(made.error());
        return {};
    });
}

asio::awaitable<Result<>> recover(Site& site) {
    const auto started = system_event(site, Action::daemon_started, "system:daemon");
    auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto ended =
            transaction.ledger.end_open_sessions(started.time, "the daemon stopped without a word");
        if (!ended) return failure(ended.error());
        if (auto put_down = transaction.pickups.put_down_all(); !put_down) return put_down;
        return append(transaction, started);
    });
    if (!done) co_return done;
    if (auto swept = co_await sweep_staging(site); !swept) co_return swept;
    auto doomed = co_await site.store.read(
        [](Transaction& transaction) { return transaction.catalog.doomed(); });
    if (!doomed) co_return failure(doomed.error());
    co_await destroy(site, std::move(*doomed));
    co_return co_await make_folders(site);
}

asio::awaitable<void> look_after(Site& site) {
    co_await write_counts(site, false);
    co_await expire_uploads(site);
}

asio::awaitable<void> close(Site& site) {
    co_await write_counts(site, true);
    const auto stopped = system_event(site, Action::daemon_stopped, "system:daemon");
    const auto recorded = co_await site.store.write(
        [&](Transaction& transaction) { return append(transaction, stopped); });
    if (!recorded) site.log.error("the stop could not be recorded", {{"why", recorded.error()}});
}

}  // namespace consign::desk
