#include "desk/housekeeping.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "base/fault_point.hpp"
#include "desk/deposits/keeping.hpp"
#include "desk/deposits/quarantine.hpp"
#include "desk/deposits/router.hpp"
#include "desk/deposits/still_waiting.hpp"
#include "desk/deposits/upload.hpp"
#include "desk/pickups/lease_end.hpp"
#include "desk/receipts/shadowed_folders.hpp"
#include "desk/retention/clock_guard.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/site/alarm.hpp"
#include "desk/site/system_event.hpp"
#include "desk/site/unindexed.hpp"
#include "policy/decide.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using ledger::Action;

namespace {

/// A whole file that no row knows, although its staging name is there: the kill came between the
/// link into the vault and the transaction, and before the opening was durable. Nobody was told
/// that it is deposited. It becomes the unfinished upload that it would be with its row. False
/// where there is no place for that; where the daemon itself made it, and begins anew; and where it
/// is newer than all that is on record (`last`): then the database was put back to an older copy,
/// and it may be a deposit.
asio::awaitable<Result<bool>> take_up_again(Site& site, const Id& stream,
                                            const vault::Deposit& deposit, Timestamp last) {
    const auto whole = VirtualPath::parse(deposit.path);
    if (!whole || deposit.account.starts_with("system:") ||
        deposit.opened > last + 2 * durable_opening_interval)
        co_return false;
    auto event = system_event(site, Action::upload_broken_off, "system:daemon");
    event.stream = stream;
    event.outcome = ledger::Outcome::failed;
    event.personal.path = std::string(whole->text());
    event.detail = "the daemon ended before the opening was on record";
    const auto taken = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const catalog::Upload row{.stream = stream,
                                  .account = deposit.account,
                                  .path = *whole,
                                  .opened = deposit.opened,
                                  .touched = deposit.opened};
        if (auto begun = transaction.catalog.begin_upload(row); !begun) return begun;
        return append(transaction, event);
    });
    if (!taken && taken.error().category() == make_error_code(catalog::catalog_errc{}).category())
        co_return false;
    if (!taken) co_return failure(taken.error());
    co_return true;
}

/// A staging name whose file was committed is dropped; one that no row knows was never answered
/// for, and goes, or waits for its depositor where the file is whole; so does one with a row.
asio::awaitable<Result<>> sweep_staging(Site& site, Timestamp last) {
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
        bool is_kept = committed;
        if (!committed) {
            auto look = [&] { return site.store.vault().open(stream); };
            const auto whole = co_await offload(site.store.pool(), look);
            if (whole) {
                const auto taken =
                    co_await take_up_again(site, stream, (*whole)->facts().deposit, last);
                if (!taken) co_return failure(taken.error());
                if (*taken) continue;
            }
            // A whole file without a place is kept, for `scrub` to list.
            is_kept = whole.has_value();
        }
        auto drop = [&] {
            return is_kept ? site.store.vault().unstage(stream)
                           : site.store.vault().abandon(stream);
        };
        if (auto dropped = co_await offload(site.store.pool(), drop); !dropped) co_return dropped;
    }
    co_return Result<>{};
}

/// Of what nobody has open: how long it was not touched where it is ended; and, where nothing of
/// it was ever changed, how long ago it was opened.
struct Expiry {
    Timestamp touched, opened_unchanged;
};

asio::awaitable<void> expire(Site& site, const Id& stream, Expiry expiry) {
    // Who is about to resume it has it before it is among those that are open.
    std::optional<vault::StreamHold> hold = site.store.vault().hold(stream);
    if (!hold) co_return;
    auto event = system_event(site, Action::upload_expired, "system:housekeeping");
    event.stream = stream;
    event.detail = "limits.unfinished_uploads_kept";
    auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        // Its depositor may have finished or broken it off again since the look.
        const auto has_row = transaction.catalog.has_upload(stream);
        if (!has_row) return failure(has_row.error());
        if (!*has_row) return failure(catalog::catalog_errc::no_such_upload);
        // A name that cannot be read any more must not keep its upload for ever.
        if (const auto upload = transaction.catalog.upload(stream); upload && *upload) {
            const bool is_over = (*upload)->is_changed()
                                     ? (*upload)->touched <= expiry.touched
                                     : (*upload)->opened <= expiry.opened_unchanged;
            if (!is_over) return failure(catalog::catalog_errc::no_such_upload);
            if (!(*upload)->is_changed()) event.detail = "nothing of the file had been changed";
            event.personal.path = std::string((*upload)->path.text());
        }
        if (auto ended = transaction.catalog.end_upload(stream); !ended) return ended;
        return append(transaction, event);
    });
    if (!done && done.error() == catalog::catalog_errc::no_such_upload) co_return;
    hold.reset();
    auto abandon = [&] { return site.store.vault().abandon(stream); };
    if (done) done = co_await offload(site.store.pool(), abandon);
    // Who has it open by now finds no row, and drops it.
    if (!done && done.error() != std::errc::device_or_resource_busy)
        site.log.error("an unfinished upload could not be dropped",
                       {{"stream", stream}, {"why", done.error()}});
}

/// A file that was merely open for writing when the daemon died is not hidden by the copy of it.
asio::awaitable<Result<>> drop_unchanged(Site& site) {
    const auto streams = co_await site.store.read([](Transaction& transaction) {
        return transaction.catalog.uploads_untouched_since(Timestamp{});
    });
    if (!streams) co_return failure(streams.error());
    for (const Id& stream : *streams)
        co_await expire(site, stream, {.touched = {}, .opened_unchanged = Timestamp::max()});
    co_return Result<>{};
}

/// An opening has its row before it is among those that are open.
constexpr std::chrono::minutes opening_time{1};

asio::awaitable<void> expire_uploads(Site& site) {
    const Timestamp now = site.clock.now();
    const Timestamp before = now - site.policy.current()->limits.unfinished_uploads_kept;
    const auto streams = co_await site.store.read([&](Transaction& transaction) {
        return transaction.catalog.uploads_untouched_since(before);
    });
    if (!streams) {
        site.log.error("unfinished uploads could not be looked through",
                       {{"why", streams.error()}});
        co_return;
    }
    if (streams->empty()) co_return;
    // A clock that cannot be right ends nothing.
    if (const auto believed = co_await believe_clock(site); !believed || !*believed) co_return;
    for (const Id& stream : *streams)
        if (!site.uploads.find(stream))
            co_await expire(site, stream,
                            {.touched = before, .opened_unchanged = now - opening_time});
}

constexpr std::size_t never_renamed_limit = 256;  // of one round

using Looked = std::map<Id, Appraisal>;

/// Whom the files are about, where somebody is held.
asio::awaitable<Looked> look_at_never_renamed(Site& site, Timestamp before) {
    const auto offers =
        co_await site.store.read([&](Transaction& transaction) -> Result<std::vector<Offer>> {
            std::vector<Offer> all;
            const auto names = transaction.catalog.never_renamed(before, never_renamed_limit);
            if (!names) return failure(names.error());
            for (const catalog::Entry& name : *names)
                if (auto path = transaction.catalog.path_of(name.node))
                    all.push_back({.account = name.made_by,
                                   .whole = *std::move(path),
                                   .file = *name.file,
                                   .time = name.created});
            return all;
        });
    Looked looked;
    if (!offers) co_return looked;
    for (const Offer& offer : *offers)
        looked.emplace(offer.file.stream, co_await appraise_for_holds(site, offer));
    co_return looked;
}

/// Puts the temporary names away that were kept long enough; those that are being written anew
/// stay. Returns what one alarm tells.
Result<std::vector<Id>> put_away_never_renamed(Transaction& transaction,
                                               const policy::Policy& policy, const Looked& looked,
                                               const ledger::Event& event) {
    std::vector<Id> streams;
    const auto names = transaction.catalog.never_renamed(
        event.time - policy.limits.unfinished_uploads_kept, never_renamed_limit);
    if (!names) return failure(names.error());
    for (const catalog::Entry& name : *names) {
        const auto path = transaction.catalog.path_of(name.node);
        if (!path) return failure(path.error());
        const auto upload = transaction.catalog.find_upload(name.made_by, *path);
        if (!upload) return failure(upload.error());
        if (*upload) continue;
        auto told = event;
        told.stream = name.file->stream;
        told.bytes = name.file->size_bytes;
        told.personal.path = std::string(path->text());
        const auto put =
            put_into_quarantine(transaction, policy,
                                {.file = name.file->id,
                                 .why = {.account = name.made_by,
                                         .was = *path,
                                         .cause = catalog::Cause::never_renamed,
                                         .why = "a temporary name that was never renamed: "
                                                "limits.unfinished_uploads_kept",
                                         .since = event.time}},
                                told);
        if (!put) return failure(put.error());
        if (const auto found = looked.find(name.file->stream); found != looked.end())
            if (auto bound = bind_as_routed(transaction, found->second, name.file->id); !bound)
                return failure(bound.error());
        streams.push_back(name.file->stream);
    }
    return streams;
}

asio::awaitable<void> quarantine_never_renamed(Site& site) {
    const auto policy = site.policy.current();
    const Timestamp before = site.clock.now() - policy->limits.unfinished_uploads_kept;
    const auto first = co_await site.store.read(
        [&](Transaction& transaction) { return transaction.catalog.never_renamed(before, 1); });
    if (first && first->empty()) co_return;
    // The same holds for what would go to where its depositor cannot end it.
    if (const auto believed = co_await believe_clock(site); !believed || !*believed) co_return;
    const Looked looked = co_await look_at_never_renamed(site, before);
    auto event = system_event(site, Action::quarantined, router_account);
    event.policy = policy->hash;
    fault_point("never_renamed.found");
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto streams = put_away_never_renamed(transaction, *policy, looked, event);
        if (!streams) return failure(streams.error());
        if (streams->empty()) return {};
        fault_point("never_renamed.in_transaction");
        return raise_alarm(site, transaction, *policy, router_account,
                           {.what = "temporary_names_kept",
                            .alerts = policy->alert,
                            .streams = *streams,
                            .counts = {{"files", streams->size()}}});
    });
    fault_point("never_renamed.written");
    if (!done)
        site.log.error("temporary names that were never renamed could not be put away",
                       {{"why", done.error()}});
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

/// When the last event was.
Result<Timestamp> last_recorded(Transaction& transaction) {
    const auto sequence = transaction.ledger.last_sequence();
    if (!sequence) return failure(sequence.error());
    const auto row = transaction.ledger.row(*sequence);
    if (!row) return failure(row.error());
    return *row ? (*row)->event.time : Timestamp{};
}

/// With its event, where it is not there; those above it were made before.
/// catalog_errc::not_a_directory.
Result<> make_folder(Transaction& transaction, const VirtualPath& folder,
                     const ledger::Event& event) {
    const auto there = transaction.catalog.directory(folder);
    if (there || there.error() != catalog::catalog_errc::no_such_name)
        return there ? Result<>() : failure(there.error());
    if (auto made = transaction.catalog.ensure_directories(folder, event.time); !made)
        return failure(made.error());
    auto told = event;
    told.personal.path = std::string(folder.text());
    return append(transaction, told);
}

}  // namespace

asio::awaitable<Result<>> make_folders(Site& site) {
    const auto policy = site.policy.current();
    auto event = system_event(site, Action::folder_made, "system:daemon");
    event.policy = policy->hash;
    std::size_t not_made = 0;
    auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        not_made = 0;
        for (const VirtualPath& folder : policy::folders(*policy)) {
            const auto made = make_folder(transaction, folder, event);
            if (!made && made.error() != catalog::catalog_errc::not_a_directory)
                return failure(made.error());
            if (!made) ++not_made;
        }
        return {};
    });
    // A file that somebody has put there concerns those alone whose folder it is.
    if (done && not_made > 0)
        site.log.error(
            "folders that the policy names cannot be made, as a file has the name: "
            "`consign files ls -R` finds it; have it renamed or removed, then reload",
            {{"folders", not_made}});
    co_return done;
}

asio::awaitable<Result<>> recover(Site& site) {
    const auto started = system_event(site, Action::daemon_started, "system:daemon");
    Timestamp last{};
    auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto found = last_recorded(transaction);
        if (!found) return failure(found.error());
        last = *found;
        const auto ended =
            transaction.ledger.end_open_sessions(started.time, "the daemon stopped without a word");
        if (!ended) return failure(ended.error());
        if (auto put_down = put_down_dead_leases(site, transaction); !put_down) return put_down;
        return append(transaction, started);
    });
    if (!done) co_return done;
    if (auto dropped = co_await drop_unchanged(site); !dropped) co_return dropped;
    if (auto swept = co_await sweep_staging(site, last); !swept) co_return swept;
    if (auto destroyed = co_await destroy_doomed(site); !destroyed) co_return destroyed;
    if (auto made = co_await make_folders(site); !made) co_return made;
    co_return co_await tell_of_shadowed_folders(site);
}

namespace {

constexpr std::size_t fewest_indexed_rows = 200, most_indexed_rows = 6400;  // of one transaction
/// A deposit waits for one transaction at most.
constexpr std::chrono::milliseconds index_transaction_time{50};
constexpr std::chrono::seconds index_round_time = housekeeping_interval / 2;

/// The ledger of an older version gets its index bit by bit. The bits grow while each is done at
/// once; where one takes long, or has to wait for the writer, they shrink: deposits go before.
asio::awaitable<void> index_older_events(Site& site) {
    using Steady = std::chrono::steady_clock;
    const auto begun = Steady::now();
    std::size_t rows = fewest_indexed_rows;
    while (Steady::now() - begun < index_round_time) {
        // Nearly always there are none, which costs no transaction of the writer.
        const auto left = co_await site.store.read(&unindexed_rows);
        if (left && *left == 0) co_return;
        const auto asked = Steady::now();
        const auto indexed = co_await site.store.write([&site, rows](Transaction& transaction) {
            return transaction.event_index.catch_up(site.random, rows);
        });
        if (!indexed) {
            site.log.error("older events could not be indexed", {{"why", indexed.error()}});
            co_return;
        }
        rows = Steady::now() - asked < index_transaction_time
                   ? std::min(2 * rows, most_indexed_rows)
                   : std::max(rows / 2, fewest_indexed_rows);
    }
}

}  // namespace

asio::awaitable<void> look_after(Site& site) {
    co_await write_counts(site, false);
    co_await expire_uploads(site);
    co_await quarantine_never_renamed(site);
    co_await destroy_again(site);
    co_await tell_of_still_waiting(site);
    co_await index_older_events(site);
}

asio::awaitable<void> close(Site& site) {
    co_await write_counts(site, true);
    const auto stopped = system_event(site, Action::daemon_stopped, "system:daemon");
    const auto recorded = co_await site.store.write(
        [&](Transaction& transaction) { return append(transaction, stopped); });
    if (!recorded) site.log.error("the stop could not be recorded", {{"why", recorded.error()}});
}

}  // namespace consign::desk
