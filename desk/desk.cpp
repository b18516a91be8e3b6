#include "desk/desk.hpp"

#include <algorithm>

#include "desk/deposits/carry_out.hpp"
#include "desk/deposits/deposit.hpp"
#include "desk/folder_listing.hpp"
#include "desk/receipts/receipt_path.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/site/lost_upload.hpp"
#include "desk/site/translate.hpp"
#include "desk/site/visibility.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using ledger::Action;
using policy::Verb;

Desk::Desk(Session& session, std::string account, Occupancy::Place place)
    : session_(session),
      site_(session.site()),
      account_(std::move(account)),
      place_(std::move(place)) {}

policy::Verbs Desk::rights(const VirtualPath& path) const {
    const auto policy = site_.policy.current();
    const auto account = policy->accounts.find(account_);
    policy::Verbs rights;
    if (account == policy->accounts.end()) return rights;
    for (const Verb verb : {Verb::list, Verb::download, Verb::upload, Verb::overwrite, Verb::append,
                            Verb::rename, Verb::remove, Verb::mkdir})
        if (policy::may(account->second, verb, path).allowed) rights.insert(verb);
    return rights;
}

bool Desk::has_exception(policy::LegacyException exception) const {
    const auto policy = site_.policy.current();
    const auto account = policy->accounts.find(account_);
    return account != policy->accounts.end() &&
           policy::has_exception(*policy, account->second, exception, site_.clock.now()).allowed;
}

Result<Desk::Scene> Desk::scene(VirtualPath path, Action action) const {
    Scene scene;
    scene.policy = site_.policy.current();
    const auto found = scene.policy->accounts.find(account_);
    if (found == scene.policy->accounts.end() || !found->second.enabled)
        return failure(desk_errc::account_withdrawn);
    scene.account = &found->second;
    auto whole = scene.account->home.joined(path);
    if (!whole) return failure(desk_errc::name_too_long);
    scene.path = std::move(path);
    scene.whole = std::move(*whole);
    scene.event = session_.event(action, ledger::Outcome::granted, scene.account->rule);
    scene.event.policy = scene.policy->hash;
    scene.event.personal.path = std::string(scene.whole.text());
    return scene;
}

Desk::Answer<Desk::Scene> Desk::enter(VirtualPath path, Action action) {
    auto refusal = session_.event(action, ledger::Outcome::refused, {});
    refusal.personal.path = std::string(path.text());
    auto scene = this->scene(std::move(path), action);
    if (scene) co_return scene;
    refusal.detail = scene.error().message();
    co_await session_.record_refusal(std::move(refusal));
    co_return scene;
}

Result<> Desk::decide(Scene& scene, const policy::Verdict& verdict, desk_errc refusal) {
    scene.event.rule = verdict.rule.text();
    if (!verdict.allowed) return failure(refusal);
    return {};
}

Result<catalog::Entry> Desk::visible(Transaction& transaction, Scene& scene) const {
    auto entry = transaction.catalog.find(scene.path.is_root() ? scene.account->home : scene.whole);
    const Timestamp fresh = fresh_since(scene.event.time, session_.started());
    if (entry && is_visible(*scene.account, *entry, scene.path, fresh)) {
        const auto hidden = transaction.pickups.is_hidden(entry->node, account_);
        if (!hidden) return failure(hidden.error());
        if (!*hidden) return entry;
    }
    if (!entry && entry.error() != catalog::catalog_errc::no_such_name &&
        entry.error() != catalog::catalog_errc::not_a_directory)
        return entry;
    if (entry) {
        scene.hides = true;
        scene.event.rule = policy::may(*scene.account, Verb::list, scene.path).rule.text();
    }
    // Whoever may come near is told that nothing is there, whether it is missing or hidden.
    const auto nearby = policy::may_enter(*scene.account, scene.path.parent());
    if (nearby.allowed || policy::may(*scene.account, Verb::upload, scene.path).allowed)
        return failure(desk_errc::no_such_name);
    scene.event.rule = nearby.rule.text();
    return failure(desk_errc::may_not_list);
}

std::optional<MovedName> Desk::moved_name(const Scene& scene) const {
    return site_.moved_names.find(account_, scene.whole,
                                  fresh_since(scene.event.time, session_.started()));
}

std::error_code Desk::or_unfinished(Transaction& transaction, const Scene& scene,
                                    std::error_code why) const {
    if (why != make_error_code(desk_errc::no_such_name)) return why;
    const auto own = transaction.catalog.find_upload(account_, scene.whole);
    return own && *own ? make_error_code(desk_errc::unfinished) : why;
}

asio::awaitable<std::error_code> Desk::refused(Scene scene, std::error_code why) {
    why = told(session_, why);
    // What merely is not there is no act on anything; all else is told.
    if (why == make_error_code(desk_errc::no_such_name) && !scene.hides) co_return why;
    if (why == make_error_code(desk_errc::altered)) {
        scene.event.action = Action::altered_content_found;
        site_.log.error("a sealed file was altered", {{"stream", scene.event.stream}});
    }
    scene.event.outcome =
        is_refusal(why) || scene.hides ? ledger::Outcome::refused : ledger::Outcome::failed;
    scene.event.detail = scene.hides ? "the name is hidden from this account" : why.message();
    co_await session_.record_refusal(std::move(scene.event));
    // At last, and here on the strand: what was decided on another thread must not touch the
    // session, and another channel of it may have been refused meanwhile.
    if (!scene.words.empty()) session_.explain(why, std::move(scene.words));
    co_return why;
}

template <class Job>
Desk::Answer<> Desk::change(VirtualPath path, Action action, Job job) {
    auto scene = co_await enter(std::move(path), action);
    if (!scene) co_return failure(scene.error());
    if (auto changes = refuse_among_receipts(*scene, scene->path); !changes)
        co_return failure(co_await refused(std::move(*scene), changes.error()));
    Aftermath aftermath;
    const auto done = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (auto acted = job(transaction, *scene, aftermath); !acted) return acted;
        if (auto appended = transaction.ledger.append(scene->event); !appended)
            return failure(appended.error());
        return {};
    });
    if (!done && done.error() == appraisal_outdated) co_return done;
    if (!done) co_return failure(co_await refused(std::move(*scene), done.error()));
    for (const Id& stream : aftermath.dropped) {
        auto supersede = [&] {
            const auto open = site_.uploads.find(stream);
            return !open || open->supersede();
        };
        if (co_await offload(site_.store.pool(), supersede))
            co_await drop_if_unknown(site_, stream);
    }
    co_await conclude(site_, std::move(aftermath));
    co_return Result<>{};
}

/// The account's own unfinished upload of a name that is removed, or taken by what is complete: it
/// would hide that from its depositor.
Result<> Desk::drop_unfinished(Transaction& transaction, const ledger::Event& cause,
                               const catalog::Upload& unfinished, Aftermath& aftermath) const {
    if (auto ended = transaction.catalog.end_upload(unfinished.stream); !ended) return ended;
    aftermath.dropped.push_back(unfinished.stream);
    auto dropped = cause;
    dropped.action = Action::removed;
    dropped.stream = unfinished.stream;
    dropped.bytes = unfinished.size_bytes;
    dropped.detail = "an unfinished upload";
    dropped.personal = {.path = std::string(unfinished.path.text())};
    if (auto appended = transaction.ledger.append(dropped); !appended)
        return failure(appended.error());
    return {};
}

Result<std::optional<policy::Rule>> Desk::taken_away(Transaction& transaction,
                                                     const Scene& scene) const {
    if (const auto known = site_.collected_names.find(account_, scene.whole, scene.event.time))
        return known->rule;
    const auto entry = transaction.catalog.find(scene.whole);
    if (!entry) return std::nullopt;
    const auto hidden = transaction.pickups.is_hidden(entry->node, account_);
    if (!hidden) return failure(hidden.error());
    if (!*hidden) return std::nullopt;
    const auto* const pickup = policy::pickup_of(*scene.policy, *scene.account, scene.path);
    return pickup ? pickup->rule : scene.account->rule;
}

Desk::Answer<Attributes> Desk::stat(VirtualPath path) {
    auto scene = co_await enter(std::move(path), Action::stat_refused);
    if (!scene) co_return failure(scene.error());
    if (auto receipt = receipt_path(scene->path))
        co_return co_await stat_receipt(std::move(*scene), *std::move(receipt));
    std::optional<catalog::Upload> unfinished;
    const auto entry =
        co_await site_.store.read([&](Transaction& transaction) -> Result<catalog::Entry> {
            auto own = transaction.catalog.find_upload(account_, scene->whole);
            if (!own) return failure(own.error());
            unfinished = std::move(*own);
            return visible(transaction, *scene);
        });
    if (unfinished) {
        const auto size = co_await resumable_bytes(*unfinished);
        if (size) co_return attributes_of_own(*unfinished, *size);
        // At a stop, too, nobody is to take the older file for it, or the name for free.
        if (size.error() == make_error_code(desk_errc::in_use) ||
            size.error() == make_error_code(desk_errc::overloaded))
            co_return failure(size.error());
    }
    if (!entry && !scene->hides)
        if (const auto moved = moved_name(*scene)) co_return attributes_of(*moved);
    if (!entry)
        if (const auto known =
                site_.collected_names.find(account_, scene->whole, scene->event.time);
            known && known->session == session_.id())
            co_return attributes_of(*known);
    if (!entry) co_return failure(co_await refused(std::move(*scene), entry.error()));
    Attributes attributes = attributes_of(*entry);
    if (scene->path.is_root()) attributes.name = "/";
    co_return attributes;
}

/// With the times that were set where it is open.
Attributes Desk::attributes_of_own(const catalog::Upload& upload, std::uint64_t size_bytes) const {
    Attributes attributes = attributes_of(upload, size_bytes);
    if (const auto open = site_.uploads.find(upload.stream)) attributes.modified = open->modified();
    return attributes;
}

Desk::Answer<std::uint64_t> Desk::resumable_bytes(catalog::Upload upload) {
    if (const auto open = site_.uploads.find(upload.stream)) co_return open->size_bytes();
    // A row that nobody touched since it was opened, or since before a crash, does not know.
    if (upload.touched > upload.opened && upload.touched >= site_.started)
        co_return upload.size_bytes;
    auto verify = [&] {
        return site_.store.vault().verified_size(upload.stream, site_.stopping.get_token());
    };
    auto size = co_await offload(site_.store.bulk_pool(), verify);
    if (!size && is_lost_upload(size.error())) size = 0;
    if (!size) co_return failure(told(session_, size.error()));
    if (!upload.is_changed()) co_return *size;
    const Timestamp now = site_.clock.now();
    const auto touched = co_await site_.store.write([&](Transaction& transaction) {
        return transaction.catalog.touch_upload(upload.stream, *size, now);
    });
    if (!touched) co_return failure(told(session_, touched.error()));
    co_return *size;
}

Desk::Answer<std::unique_ptr<Listing>> Desk::list(VirtualPath folder) {
    auto scene = co_await enter(std::move(folder), Action::listed);
    if (!scene) co_return failure(scene.error());
    if (auto receipt = receipt_path(scene->path))
        co_return co_await list_receipts(std::move(*scene), *std::move(receipt));
    std::vector<catalog::Upload> uploads;
    const auto entry =
        co_await site_.store.read([&](Transaction& transaction) -> Result<catalog::Entry> {
            auto found = visible(transaction, *scene);
            if (!found) return found;
            if (found->kind != catalog::Kind::directory) return failure(desk_errc::not_a_directory);
            auto own = transaction.catalog.uploads_in(account_, found->node);
            if (!own) return failure(own.error());
            uploads = std::move(*own);
            return found;
        });
    if (!entry) co_return failure(co_await refused(std::move(*scene), entry.error()));
    const auto list = policy::may(*scene->account, Verb::list, scene->path);
    scene->event.rule =
        (list.allowed ? list.rule : policy::may_enter(*scene->account, scene->path).rule).text();
    std::map<std::string, Attributes> unfinished;
    for (const catalog::Upload& upload : uploads)
        if (policy::receipts_folder().contains(scene->account->home.relative(upload.path)))
            continue;
        else if (const auto size = co_await resumable_bytes(upload))
            unfinished.emplace(std::string(upload.path.name()), attributes_of_own(upload, *size));
    if (auto recorded = co_await session_.record(scene->event); !recorded)
        co_return failure(desk_errc::storage_failed);
    co_return std::make_unique<FolderListing>(*this, scene->path, entry->node,
                                              std::move(unfinished));
}

Desk::Answer<> Desk::rename(VirtualPath from, VirtualPath to, RenameMode mode) {
    Renaming renaming{.from = std::move(from), .to = std::move(to), .mode = mode};
    for (int round = 1;; ++round) {
        renaming.is_last_try = round == appraisals_limit;
        const auto done = co_await rename_once(renaming);
        if (done || done.error() != appraisal_outdated) co_return done;
    }
}

Desk::Answer<> Desk::rename_once(Renaming renaming) {
    // An event of a target that cannot be is recorded here; the rest is decided in the job.
    auto target = co_await enter(renaming.to, Action::renamed);
    if (!target) co_return failure(target.error());
    auto scene = co_await enter(renaming.from, Action::renamed);
    if (!scene) co_return failure(scene.error());
    scene->event.personal.second_path = std::string(target->whole.text());
    for (const VirtualPath& path : {renaming.from, renaming.to})
        if (auto changes = refuse_among_receipts(*scene, path); !changes)
            co_return failure(co_await refused(std::move(*scene), changes.error()));
    auto appraisal = co_await appraise_rename(renaming);
    co_return co_await change(
        renaming.from, Action::renamed,
        [&](Transaction& transaction, Scene& scene, Aftermath& aftermath) -> Result<> {
            if (!appraisal) return failure(appraisal.error());
            auto done = rename_in(transaction, scene, renaming, *appraisal, aftermath);
            if (!done && done.error() == appraisal_outdated && renaming.is_last_try)
                return failure(desk_errc::in_use);
            return done;
        });
}

Desk::Answer<> Desk::remove(VirtualPath path) {
    co_return co_await change(
        std::move(path), Action::removed,
        [&](Transaction& transaction, Scene& scene, Aftermath& aftermath) -> Result<> {
            const policy::Account& account = *scene.account;
            const auto unfinished = transaction.catalog.find_upload(account_, scene.whole);
            if (!unfinished) return failure(unfinished.error());
            const auto entry = visible(transaction, scene);
            // Another's content that the account went on with is not its own to drop.
            const bool is_own = entry && entry->is_pending() &&
                                (!entry->file || origin_of(account, *entry).empty());
            const auto verdict =
                policy::may(account, is_own ? Verb::upload : Verb::remove, scene.path);
            if (*unfinished) {  // what only its depositor sees, its depositor may drop
                scene.event.stream = (*unfinished)->stream;
                scene.event.detail = "an unfinished upload";
                if (auto yes = decide(scene, policy::may(account, Verb::upload, scene.path),
                                      desk_errc::may_not_delete);
                    !yes)
                    return yes;
                // And the file that it was to replace: to its client the name is one.
                if (!entry || !entry->file || !verdict.allowed) {
                    aftermath.dropped.push_back((*unfinished)->stream);
                    return transaction.catalog.end_upload((*unfinished)->stream);
                }
                scene.event.detail.clear();
                if (auto gone = drop_unfinished(transaction, scene.event, **unfinished, aftermath);
                    !gone)
                    return gone;
            }
            if (!entry && told(session_, entry.error()) == desk_errc::no_such_name) {
                const auto rule = taken_away(transaction, scene);
                if (!rule) return failure(rule.error());
                if (*rule) {  // what its client asks for was done already
                    scene.event.rule = (*rule)->text();
                    scene.event.detail = "a pickup's `then` had done it";
                    return {};
                }
            }
            if (!entry) return failure(entry.error());
            if (entry->kind == catalog::Kind::directory) return failure(desk_errc::is_a_directory);
            if (auto yes = decide(scene, verdict, desk_errc::may_not_delete); !yes) return yes;
            scene.event.stream = entry->file->stream;
            const auto done = transaction.catalog.remove(scene.whole);
            if (!done) return failure(done.error());
            aftermath.doomed = done->doomed;
            return {};
        });
}

Desk::Answer<> Desk::make_directory(VirtualPath path) {
    co_return co_await change(
        std::move(path), Action::folder_made,
        [&](Transaction& transaction, Scene& scene, Aftermath&) -> Result<> {
            if (auto yes = decide(scene, policy::may(*scene.account, Verb::mkdir, scene.path),
                                  desk_errc::may_not_mkdir);
                !yes)
                return yes;
            const auto made =
                transaction.catalog.make_directory(scene.whole, account_, scene.event.time);
            if (!made) return failure(made.error());
            return {};
        });
}

Desk::Answer<> Desk::remove_directory(VirtualPath path) {
    co_return co_await change(
        std::move(path), Action::folder_removed,
        [&](Transaction& transaction, Scene& scene, Aftermath&) -> Result<> {
            const auto entry = visible(transaction, scene);
            if (!entry) return failure(entry.error());
            const auto verdict = policy::may(*scene.account, Verb::remove, scene.path);
            if (auto yes = decide(scene, verdict, desk_errc::may_not_delete); !yes) return yes;
            if (scene.path.is_root()) return failure(desk_errc::not_empty);
            if (policy::names_folder(*scene.policy, scene.whole))
                return failure(desk_errc::folder_of_policy);
            return transaction.catalog.remove_directory(scene.whole);
        });
}

Desk::Answer<> Desk::set_times(VirtualPath path, std::optional<Timestamp> accessed,
                               std::optional<Timestamp> modified) {
    co_return co_await change(
        std::move(path), Action::attributes_set,
        [&](Transaction& transaction, Scene& scene, Aftermath&) -> Result<> {
            // The account's own upload of the name is what its client means, if one is open.
            const auto unfinished = transaction.catalog.find_upload(account_, scene.whole);
            if (!unfinished) return failure(unfinished.error());
            if (const auto open =
                    *unfinished ? site_.uploads.find((*unfinished)->stream) : nullptr) {
                scene.event.stream = open->stream();
                const auto yes =
                    decide(scene, policy::may(*scene.account, Verb::upload, scene.path),
                           desk_errc::may_not_set_times);
                if (yes) open->set_times(accessed, modified);
                return yes;
            }
            const auto entry = visible(transaction, scene);
            // Clients set the times of what they have sent once it is there.
            const auto moved = entry || scene.hides ? std::nullopt : moved_name(scene);
            if (moved) {
                const auto yes =
                    decide(scene, policy::may(*scene.account, Verb::upload, scene.path),
                           desk_errc::may_not_set_times);
                return yes ? transaction.catalog.set_times(moved->node, accessed, modified) : yes;
            }
            if (!entry) return failure(or_unfinished(transaction, scene, entry.error()));
            const auto verdict = may_set_times(*scene.account, scene.path, *entry);
            if (auto yes = decide(scene, verdict, desk_errc::may_not_set_times); !yes) return yes;
            return transaction.catalog.set_times(entry->node, accessed, modified);
        });
}

Desk::Answer<> Desk::resize(VirtualPath path, std::uint64_t size_bytes) {
    auto scene = co_await enter(path, Action::attributes_set);
    if (!scene) co_return failure(scene.error());
    if (auto changes = refuse_among_receipts(*scene, scene->path); !changes)
        co_return failure(co_await refused(std::move(*scene), changes.error()));
    const auto unfinished = co_await site_.store.read([&](Transaction& transaction) {
        return transaction.catalog.find_upload(account_, scene->whole);
    });
    if (!unfinished) co_return failure(co_await refused(std::move(*scene), unfinished.error()));
    const auto open = *unfinished ? site_.uploads.find((*unfinished)->stream) : nullptr;
    if (!open) co_return co_await resize_closed(std::move(path), size_bytes);

    scene->event.stream = open->stream();
    scene->event.bytes = size_bytes;
    auto resized = decide(*scene, policy::may(*scene->account, Verb::upload, scene->path),
                          desk_errc::may_not_upload);
    if (resized) resized = co_await open->change_size(size_bytes);
    if (!resized) co_return failure(co_await refused(std::move(*scene), resized.error()));
    if (const auto recorded = co_await session_.record(scene->event); !recorded)
        co_return failure(desk_errc::storage_failed);
    co_return Result<>{};
}

/// Of what no session has open: a part stays a part, and a whole file gets a new version.
Desk::Answer<> Desk::resize_closed(VirtualPath path, std::uint64_t size_bytes) {
    const auto upload = co_await open_upload(std::move(path), {});
    if (!upload) co_return failure(upload.error());
    const auto resized = co_await (*upload)->resize(size_bytes);
    if (resized && !(*upload)->resumes()) co_return co_await (*upload)->finish();
    co_await (*upload)->break_off();
    co_return resized;
}

Desk::Answer<Space> Desk::space() {
    const auto scene = co_await enter({}, Action::listed);
    if (!scene) co_return failure(scene.error());
    bool is_full = false;
    const auto usage = co_await site_.store.read([&](Transaction& transaction) {
        is_full = !site_.store.vault().has_room();
        return transaction.catalog.usage(scene->account->home);
    });
    if (!usage) co_return failure(told(session_, usage.error()));
    Space space;
    space.total_bytes = scene->account->quota.bytes.value_or(vault::content_limit_bytes);
    space.total_files = scene->account->quota.files.value_or(std::uint64_t{1} << 32);
    space.free_bytes = space.total_bytes - std::min(space.total_bytes, usage->bytes);
    space.free_files = space.total_files - std::min(space.total_files, usage->files);
    // How much the disk still takes is not told: that would show what others deposit.
    if (is_full) space.free_bytes = 0;
    co_return space;
}

}  // namespace consign::desk
