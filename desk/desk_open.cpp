// The desk's calls that open content: to deposit, to collect, to hash.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/fault_point.hpp"
#include "desk/deposits/deposit.hpp"
#include "desk/desk.hpp"
#include "desk/pickups/file_download.hpp"
#include "desk/receipts/receipt_path.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/site/content_digest.hpp"
#include "desk/site/lost_upload.hpp"
#include "desk/site/sealed_content.hpp"
#include "desk/site/translate.hpp"
#include "desk/site/visibility.hpp"
#include "policy/calendar/zone.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using ledger::Action;
using policy::Verb;

namespace {

constexpr std::size_t copy_step_bytes = 4 * vault::chunk_bytes;
/// How often an opening looks anew at what others do to the name meanwhile.
constexpr int openings_limit = 5;

/// Each has a descriptor and up to half a MiB; all accounts share what the process may have.
constexpr std::size_t open_files_limit = 512;

/// For one more file.
Result<> has_room(const policy::Quota& quota, const catalog::Usage& usage) {
    if (quota.files && usage.files >= *quota.files) return failure(desk_errc::quota_files_exceeded);
    if (quota.bytes && usage.bytes >= *quota.bytes) return failure(desk_errc::quota_bytes_exceeded);
    return {};
}

/// Of a home that has a quota; of others nothing is counted.
Result<catalog::Usage> usage_of_home(Transaction& transaction, const policy::Account& account) {
    if (!account.quota.bytes && !account.quota.files) return catalog::Usage{};
    return transaction.catalog.usage(account.home);
}

}  // namespace

/// What OPEN for writing finds under the name.
struct Desk::Target {
    std::optional<catalog::Entry> existing;
    std::optional<catalog::Upload> unfinished;  // this account's
    catalog::NodeId parent = 0;
    catalog::Usage usage;    // of a home that has a quota
    bool resumes = false;    // goes on with `unfinished`
    bool continues = false;  // goes on with what `existing` holds, or with `moved`
    bool appends_only = false;
    /// One's own deposit that a route has moved away from here; where there is one, nothing exists.
    std::optional<catalog::Entry> moved;

    [[nodiscard]] bool is_new() const { return !existing && !unfinished; }
    /// Of what it continues.
    [[nodiscard]] const catalog::Entry& original() const { return existing ? *existing : *moved; }

    /// The row of an upload that begins here now.
    [[nodiscard]] catalog::Upload row(const Scene& scene, const Id& stream) const;
};

/// An upload that has a file and a row, or is about to.
struct Desk::Beginning {
    Target target;
    std::unique_ptr<vault::SealedUpload> sealed;
    catalog::Upload row;
    std::uint64_t home_bytes = 0;  // what the catalog counts there, with the row; under a quota
    bool readable = false;
};

catalog::Upload Desk::Target::row(const Scene& scene, const Id& stream) const {
    catalog::Upload row{.stream = stream,
                        .account = scene.account->id,
                        .path = scene.whole,
                        .parent = parent,
                        .size_bytes = 0,
                        .opened = scene.event.time,
                        .touched = scene.event.time};
    if (!continues) return row;
    row.touched = {};
    row.base = original().file->stream;
    if (existing) row.origin = origin_of(*scene.account, *existing);
    if (appends_only) row.fixed_bytes = existing->file->size_bytes;
    return row;
}

Result<Desk::Target> Desk::find_target(Transaction& transaction, Scene& scene,
                                       UploadMode mode) const {
    if (auto changes = refuse_among_receipts(scene, scene.path); !changes)
        return failure(changes.error());
    Target target;
    auto unfinished = transaction.catalog.find_upload(account_, scene.whole);
    if (!unfinished) return failure(unfinished.error());
    target.unfinished = std::move(*unfinished);
    auto existing = transaction.catalog.find(scene.whole);
    if (existing)
        target.existing = std::move(*existing);
    else if (existing.error() != catalog::catalog_errc::no_such_name)
        return failure(existing.error());
    const auto usage = usage_of_home(transaction, *scene.account);
    if (!usage) return failure(usage.error());
    target.usage = *usage;

    target.resumes = target.unfinished && !mode.truncate && !mode.exclusive;
    // What was unfinished goes on with a file only where it began from that very one.
    target.continues = target.existing && !mode.truncate &&
                       (!target.resumes || is_file(*target.existing, target.unfinished->base));
    const bool as_new = mode.exclusive || !target.existing;
    const Ruling ruling = may_deposit(*scene.account, scene.path,
                                      as_new ? nullptr : &*target.existing, target.continues);
    if (auto yes = decide(scene, ruling.verdict, ruling.refusal); !yes) return failure(yes.error());
    // What is broken off is nobody's lock; what a session has open is.
    const bool is_open = target.unfinished && site_.uploads.find(target.unfinished->stream);
    if (mode.exclusive && (target.existing || is_open)) return failure(desk_errc::already_there);
    target.appends_only = ruling.appends_only;
    // A new version of another's file, whose downloads the policy restricts, would be free of
    // that.
    const auto* const pickup =
        target.continues && target.existing ? pickup_of(scene, *target.existing) : nullptr;
    if (pickup && policy::restricts(*pickup)) {
        scene.event.rule = pickup->rule.text();
        return failure(desk_errc::may_not_append);
    }
    if (!target.existing && !target.unfinished && !mode.truncate && !mode.exclusive) {
        auto moved = moved_away(transaction, scene);
        if (!moved) return failure(moved.error());
        target.moved = std::move(*moved);
        target.continues = target.moved.has_value();
    }
    if (!target.existing && !target.unfinished && !target.moved && !mode.create)
        return failure(desk_errc::no_such_name);
    // What there was to go on with is gone since the last look. A client that goes on from its end
    // is not to do so in an empty file.
    scene.resumes = scene.resumes || target.resumes;
    if (scene.resumes && target.is_new() && !target.continues)
        return failure(desk_errc::superseded);

    const auto parent = transaction.catalog.directory(scene.whole.parent());
    if (!parent) return failure(parent.error());
    target.parent = *parent;
    // Before anything is on record but this: a client that tries for ever is not to fill the rest.
    if (auto room = site_.store.vault().has_room(); !room) return failure(room.error());
    if (target.is_new())
        if (auto fits = has_room(scene.account->quota, target.usage); !fits)
            return failure(fits.error());
    if (auto fits = has_room_for_copy(scene, target); !fits) return failure(fits.error());
    return target;
}

/// What goes on with a file begins with a copy of it, which stays where it is broken off.
Result<> Desk::has_room_for_copy(const Scene& scene, const Target& target) const {
    const auto& limit = scene.account->quota.bytes;
    if (!limit || !target.continues || target.resumes) return {};
    const std::uint64_t replaced = target.existing ? target.existing->file->size_bytes : 0;
    const std::uint64_t size = target.original().file->size_bytes;
    if (!site_.growth.takes(scene.account->home, target.usage.bytes, size, *limit + replaced))
        return failure(desk_errc::quota_bytes_exceeded);
    return {};
}

/// Who was told of its stump there by stat goes on from its end: what would be written after a gap
/// otherwise is the rest of it. Once somebody has collected it, or it is in quarantine, there is
/// nothing to go on with.
Result<std::optional<catalog::Entry>> Desk::moved_away(Transaction& transaction,
                                                       Scene& scene) const {
    const auto moved =
        site_.moved_names.find(account_, scene.whole, scene.event.time - fresh_deposit_time);
    if (!moved) return std::nullopt;
    auto names = transaction.catalog.names_of(moved->file);
    if (!names) return failure(names.error());
    const auto name = std::ranges::find(*names, moved->node, &catalog::Entry::node);
    if (name == names->end()) return std::nullopt;
    if (name->file->collected || name->standing != catalog::Standing::deposited) {
        const auto append = policy::may(*scene.account, Verb::append, scene.path);
        scene.event.rule = append.rule.text();
        return failure(desk_errc::may_not_append);
    }
    return *std::move(name);
}

Result<std::unique_ptr<vault::SealedUpload>> Desk::copy_of(const catalog::File& file,
                                                           const vault::Deposit& deposit) const {
    const auto original = open_content(site_, file);
    if (!original) return failure(original.error());
    auto copy = site_.store.vault().begin(deposit);
    if (!copy) return copy;
    Bytes buffer(copy_step_bytes);
    for (std::uint64_t at = 0; at < file.size_bytes;) {
        const auto count = site_.stopping.stop_requested()
                               ? Result<std::size_t>(failure(std::errc::operation_canceled))
                               : (*original)->read(at, buffer);
        const Result<> done = !count        ? Result<>(failure(count.error()))
                              : *count == 0 ? Result<>(failure(vault::vault_errc::altered))
                                            : (*copy)->write(at, ByteView(buffer).first(*count));
        if (!done) {
            const Id stream = (*copy)->stream();
            copy->reset();
            if (const auto gone = site_.store.vault().abandon(stream); !gone)
                return failure(gone.error());
            return failure(done.error());
        }
        at += *count;
    }
    return copy;
}

vault::Deposit Desk::deposit_of(const Scene& scene) const {
    return {std::string(scene.whole.text()), account_, scene.event.time};
}

Result<std::unique_ptr<vault::SealedUpload>> Desk::begin_sealed(const Scene& scene, Target& target,
                                                                UploadMode mode) {
    if (target.unfinished) {
        const auto open = site_.uploads.find(target.unfinished->stream);
        if (open && !open->supersede()) return failure(desk_errc::in_use);
    }
    if (target.resumes) {
        auto resumed =
            site_.store.vault().resume(target.unfinished->stream, site_.stopping.get_token());
        if (resumed || !is_lost_upload(resumed.error())) return resumed;
        target.resumes = false;
        target.continues = (target.existing || target.moved) && !mode.truncate;
    }
    if (target.continues) return copy_of(*target.original().file, deposit_of(scene));
    return site_.store.vault().begin(deposit_of(scene));
}

Desk::Answer<std::uint64_t> Desk::may_open_upload(VirtualPath path, UploadMode mode) {
    auto scene = co_await enter(std::move(path), Action::upload_opened);
    if (!scene) co_return failure(scene.error());
    const auto target = co_await site_.store.read(
        [&](Transaction& transaction) { return find_target(transaction, *scene, mode); });
    if (!target) co_return failure(co_await refused(std::move(*scene), target.error()));
    if (target->resumes) co_return co_await resumable_bytes(*target->unfinished);
    co_return target->continues ? target->original().file->size_bytes : 0;
}

Desk::Answer<std::shared_ptr<Upload>> Desk::open_upload(VirtualPath path, UploadMode mode) {
    auto scene = co_await enter(std::move(path), Action::upload_opened);
    if (!scene) co_return failure(scene.error());
    auto place = site_.occupancy.take(Occupancy::files_of(account_), open_files_limit);
    if (!place)
        co_return failure(co_await refused(std::move(*scene), desk_errc::too_many_open_files));
    for (int round = 1;; ++round) {
        Beginning beginning;
        auto begun = co_await begin_new(*scene, mode, beginning);
        if (begun && !beginning.sealed) begun = co_await begin_on_content(*scene, mode, beginning);
        if (begun) co_return make_upload(*scene, mode, std::move(beginning), *std::move(place));
        if (beginning.sealed) co_await drop(std::move(beginning));
        // Another session of the account came in between: there is something else to begin on.
        const bool is_in_use = begun.error() == make_error_code(desk_errc::in_use) ||
                               begun.error() == std::errc::device_or_resource_busy;
        if (is_in_use && round < openings_limit) continue;
        co_return failure(co_await refused(std::move(*scene), begun.error()));
    }
}

/// A new file takes one job of the writer, which looks and adds the row: to ask the pool would cost
/// more than that. Nothing is begun where there is content to go on with, or to replace.
Desk::Answer<> Desk::begin_new(Scene& scene, UploadMode mode, Beginning& beginning) {
    auto sealed = site_.store.vault().begin(deposit_of(scene));  // in memory, for now
    if (!sealed) co_return failure(sealed.error());
    const auto begin = [&](Transaction& transaction) -> Result<> {
        auto found = find_target(transaction, scene, mode);
        if (!found) return failure(found.error());
        if (!found->is_new() || found->continues) return {};
        beginning.target = *std::move(found);
        beginning.home_bytes = beginning.target.usage.bytes;
        beginning.sealed = *std::move(sealed);
        return begin_row(transaction, scene, beginning);
    };
    // Nobody was promised anything yet: the row becomes durable with the deposit, or soon.
    const bool is_recent = std::chrono::abs(scene.event.time - site_.durable_opening.load()) <
                           durable_opening_interval;
    const auto begun = co_await site_.store.write(
        begin, is_recent ? database::Told::once_run : database::Told::once_durable);
    if (begun && !is_recent) site_.durable_opening = scene.event.time;
    co_return begun;
}

/// Who opened what was there is on record before a byte of it is shown.
Desk::Answer<> Desk::begin_on_content(Scene& scene, UploadMode mode, Beginning& beginning) {
    auto target = co_await site_.store.read(
        [&](Transaction& transaction) { return find_target(transaction, scene, mode); });
    if (!target) co_return failure(target.error());
    beginning.target = *std::move(target);
    if (beginning.target.continues) scene.event.stream = beginning.target.original().file->stream;
    auto begin = [&] { return begin_sealed(scene, beginning.target, mode); };
    const bool is_long = beginning.target.resumes || beginning.target.continues;
    auto sealed = co_await offload(is_long ? site_.store.bulk_pool() : site_.store.pool(), begin);
    if (!sealed) co_return failure(sealed.error());
    beginning.sealed = *std::move(sealed);
    const auto begun = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (auto added = begin_row(transaction, scene, beginning); !added) return added;
        // To copy the content, or to verify it, may have taken minutes.
        const auto usage = usage_of_home(transaction, *scene.account);
        if (!usage) return failure(usage.error());
        beginning.home_bytes = usage->bytes;
        return {};
    });
    if (begun && beginning.target.unfinished && !beginning.target.resumes)
        co_await drop_if_unknown(site_, beginning.target.unfinished->stream);
    co_return begun;
}

namespace {

/// desk_errc::in_use where it is over already: what was found of it no longer holds.
Result<> end_replaced(Transaction& transaction, const Id& unfinished) {
    const auto is_there = transaction.catalog.has_upload(unfinished);
    if (!is_there) return failure(is_there.error());
    if (!*is_there) return failure(desk_errc::in_use);
    return transaction.catalog.end_upload(unfinished);
}

}  // namespace

Result<> Desk::begin_row(Transaction& transaction, Scene& scene, Beginning& beginning) const {
    const Target& target = beginning.target;
    const Id stream = beginning.sealed->stream();
    catalog::Upload row = target.row(scene, stream);
    if (target.continues) row.opened = site_.clock.now();  // what it goes on with was copied first
    // What it begins from, also where it is one's own, is read by who may download it.
    beginning.readable = !(target.resumes || target.continues) ||
                         policy::may(*scene.account, Verb::download, scene.path).allowed;
    scene.event.stream = stream;
    scene.event.bytes = beginning.sealed->size_bytes();
    scene.event.detail = target.resumes     ? "resumes an unfinished upload"
                         : target.continues ? "continues the file"
                                            : "";
    if (target.resumes) {
        // Another session may have begun anew, or changed it, since it was looked for.
        auto found = transaction.catalog.upload(stream);
        if (!found) return failure(found.error());
        if (!*found) return failure(desk_errc::in_use);
        row = *std::move(*found);
    } else {
        if (target.unfinished)
            if (auto ended = end_replaced(transaction, target.unfinished->stream); !ended)
                return ended;
        auto added = transaction.catalog.begin_upload(row);
        if (!added && added.error() == catalog::catalog_errc::already_there)
            return failure(desk_errc::in_use);
        if (!added) return added;
    }
    if (target.continues && !row.origin.empty() && beginning.readable)
        if (auto marked = transaction.catalog.mark_collected(target.existing->file->id); !marked)
            return marked;
    if (auto appended = transaction.ledger.append(scene.event); !appended)
        return failure(appended.error());
    beginning.row = std::move(row);
    return {};
}

/// A beginning that came to nothing.
asio::awaitable<void> Desk::drop(Beginning beginning) {
    const Id stream = beginning.sealed->stream();
    auto close = [&] {
        beginning.sealed.reset();
        return true;
    };
    co_await offload(site_.store.pool(), close);
    co_await drop_if_unknown(site_, stream);
}

std::shared_ptr<Upload> Desk::make_upload(const Scene& scene, UploadMode mode, Beginning beginning,
                                          Occupancy::Place place) {
    const Target& target = beginning.target;
    const catalog::Upload& row = beginning.row;
    const Id stream = beginning.sealed->stream();
    const auto& quota = scene.account->quota;
    const std::uint64_t replaced_bytes = target.existing ? target.existing->file->size_bytes : 0;
    Upload::Opening opening{
        .account = account_,
        .path = scene.path,
        .whole = scene.whole,
        .mode = mode,
        .base = row.base,
        .origin = row.origin,
        .resumes = target.resumes,
        .changed = row.is_changed(),
        .readable = beginning.readable,
        .fixed_bytes = std::max(row.fixed_bytes, target.appends_only ? replaced_bytes : 0),
        .rule = scene.event.rule,
        .policy = scene.event.policy,
        .home = scene.account->home,
        .home_bytes = beginning.home_bytes,
        .row_bytes = row.size_bytes,
        .replaced_bytes = replaced_bytes,
        .quota_bytes = quota.bytes,
        .file_limit_bytes = quota.file,
        .place = std::move(place)};
    auto upload =
        std::make_shared<Upload>(session_, std::move(opening), std::move(beginning.sealed));
    site_.uploads.add(stream, upload);
    site_.moved_names.forget(account_, scene.whole);
    return upload;
}

const policy::Pickup* Desk::pickup_of(const Scene& scene, const catalog::Entry& entry) {
    if (!entry.file || origin_of(*scene.account, entry).empty()) return nullptr;
    return policy::pickup_of(*scene.policy, *scene.account, scene.path);
}

Result<> Desk::within_window(Scene& scene, const policy::Pickup& pickup) {
    if (pickup.window.empty() || policy::is_open(pickup.window, scene.event.time)) return {};
    scene.event.rule = pickup.rule.text();
    const std::error_code refusal = desk_errc::outside_pickup_window;
    if (const auto opens = policy::next(pickup.window, scene.event.time)) {
        const std::string& zone = scene.policy->zone;
        scene.words = fmt::format(
            "{}; the next time is {:%F %H:%M} ({})", refusal.message(),
            std::chrono::sys_seconds(policy::wall_time(zone, opens->opens).time_since_epoch()),
            zone);
    }
    return failure(refusal);
}

Result<pickups::Pickups::Lease> Desk::take_lease(Transaction& transaction, Scene& scene,
                                                 const policy::Pickup& pickup,
                                                 const catalog::Entry& entry) const {
    // It may have been collected, and taken away, since it was looked for.
    const auto there = transaction.catalog.find(scene.whole);
    if (!there) return failure(there.error());
    if (there->node != entry.node || !is_file(*there, entry.file->stream))
        return failure(desk_errc::no_such_name);
    auto lease = transaction.pickups.begin({.node = entry.node,
                                            .account = account_,
                                            .session = session_.id(),
                                            .limit = pickup.downloads,
                                            .now = scene.event.time,
                                            .lapses_after = scene.policy->limits.idle_time});
    if (lease) return lease;
    if (lease.error() == pickups::pickups_errc::spent ||
        lease.error() == pickups::pickups_errc::being_fetched) {
        scene.event.rule = pickup.rule.text();
        return failure(lease.error() == pickups::pickups_errc::spent ? desk_errc::downloads_used_up
                                                                     : desk_errc::being_downloaded);
    }
    return lease;
}

/// A new version that the account broke off is what it is told of under the name, by stat and in
/// listings: it is not given the bytes of the old one for that.
Result<> Desk::is_only_version(Transaction& transaction, const Scene& scene) const {
    const auto own = transaction.catalog.find_upload(account_, scene.whole);
    if (!own) return failure(own.error());
    if (*own && !site_.uploads.find((*own)->stream)) return failure(desk_errc::unfinished);
    return {};
}

Desk::Answer<std::unique_ptr<Download>> Desk::open_download(VirtualPath path) {
    auto scene = co_await enter(std::move(path), Action::opened_for_reading);
    if (!scene) co_return failure(scene.error());
    if (auto receipt = receipt_path(scene->path))
        co_return co_await open_receipt(std::move(*scene), *std::move(receipt));
    const policy::Pickup* pickup = nullptr;
    const auto entry =
        co_await site_.store.read([&](Transaction& transaction) -> Result<catalog::Entry> {
            auto found = visible(transaction, *scene);
            if (!found) return failure(or_unfinished(transaction, *scene, found.error()));
            if (found->kind == catalog::Kind::directory) return failure(desk_errc::is_a_directory);
            const auto verdict = policy::may(*scene->account, Verb::download, scene->path);
            if (auto yes = decide(*scene, verdict, desk_errc::may_not_download); !yes)
                return failure(yes.error());
            if (auto only = is_only_version(transaction, *scene); !only)
                return failure(only.error());
            // Not even to its depositor, before the virus scanner has seen it.
            if (found->standing == catalog::Standing::unscanned) return failure(desk_errc::in_use);
            pickup = pickup_of(*scene, *found);
            if (pickup)
                if (auto now = within_window(*scene, *pickup); !now) return failure(now.error());
            return found;
        });
    if (!entry) co_return failure(co_await refused(std::move(*scene), entry.error()));
    auto place = site_.occupancy.take(Occupancy::files_of(account_), open_files_limit);
    if (!place)
        co_return failure(co_await refused(std::move(*scene), desk_errc::too_many_open_files));
    const bool collects = entry->file->depositor != account_;
    if (!pickup && collects) pickup = &without_rules;

    scene->event.stream = entry->file->stream;
    scene->event.bytes = entry->file->size_bytes;
    auto open = [&] { return open_content(site_, *entry->file); };
    auto sealed = co_await offload(site_.store.pool(), open);
    if (!sealed) co_return failure(co_await refused(std::move(*scene), sealed.error()));
    pickups::Pickups::Lease lease;
    fault_point("pickup.opening");
    const auto recorded = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (pickup) {
            auto taken = take_lease(transaction, *scene, *pickup, *entry);
            if (!taken) return failure(taken.error());
            lease = *std::move(taken);
            fault_point("pickup.leased");
        }
        if (collects)
            if (auto marked = transaction.catalog.mark_collected(entry->file->id); !marked)
                return marked;
        if (auto appended = transaction.ledger.append(scene->event); !appended)
            return failure(appended.error());
        return {};
    });
    if (!recorded) co_return failure(co_await refused(std::move(*scene), recorded.error()));
    fault_point("pickup.lease_durable");
    const auto rule = policy::may(*scene->account, Verb::download, scene->path).rule;
    FileDownload::Opened opened{.file = entry->file->id,
                                .node = entry->node,
                                .modified = entry->modified,
                                .collects = collects,
                                .policy = scene->policy,
                                .place = *std::move(place)};
    if (pickup)
        opened.lease = std::make_unique<Lease>(session_, PickupRule{scene->policy, pickup}, lease,
                                               entry->file->size_bytes);
    co_return std::make_unique<FileDownload>(session_, scene->path, scene->whole, rule,
                                             std::move(opened), std::move(*sealed));
}

namespace {

/// Hashes of pieces that are small enough tell what is in them.
bool asks_for_parts(const HashRequest& request, std::uint64_t size_bytes) {
    const auto is_less = [&](std::uint64_t bytes) { return bytes != 0 && bytes < size_bytes; };
    return request.offset != 0 || is_less(request.length_bytes) || is_less(request.block_bytes);
}

}  // namespace

Desk::Answer<Bytes> Desk::hash(VirtualPath path, HashRequest request) {
    auto digest = ContentDigest::of(request.algorithm);
    if (!digest) co_return failure(desk_errc::unsupported_hash);
    auto scene = co_await enter(std::move(path), Action::hashed);
    if (!scene) co_return failure(scene.error());
    if (auto receipt = receipt_path(scene->path))
        co_return co_await hash_receipt(std::move(*scene), *std::move(receipt), std::move(request),
                                        *std::move(digest));
    const auto entry =
        co_await site_.store.read([&](Transaction& transaction) -> Result<catalog::Entry> {
            auto found = visible(transaction, *scene);
            if (!found) return found;
            if (found->kind == catalog::Kind::directory) return failure(desk_errc::is_a_directory);
            const bool own = origin_of(*scene->account, *found).empty();
            const auto download = policy::may(*scene->account, Verb::download, scene->path);
            const auto verdict =
                own ? policy::may(*scene->account, Verb::upload, scene->path) : download;
            if (auto yes = decide(*scene, verdict, desk_errc::may_not_download); !yes)
                return failure(yes.error());
            if (auto only = is_only_version(transaction, *scene); !only)
                return failure(only.error());
            if (!download.allowed && asks_for_parts(request, found->file->size_bytes)) {
                scene->event.rule = download.rule.text();
                return failure(desk_errc::may_not_hash_parts);
            }
            const auto* const pickup = own ? nullptr : pickup_of(*scene, *found);
            if (pickup && policy::restricts(*pickup) &&
                asks_for_parts(request, found->file->size_bytes)) {
                scene->event.rule = pickup->rule.text();
                return failure(desk_errc::may_not_hash_parts);
            }
            return found;
        });
    if (!entry) co_return failure(co_await refused(std::move(*scene), entry.error()));
    scene->event.stream = entry->file->stream;
    auto work = [&]() -> Result<Bytes> {
        const auto sealed = open_content(site_, *entry->file);
        if (!sealed) return failure(sealed.error());
        const auto read = [&](std::uint64_t at, ByteSpan out) -> Result<std::size_t> {
            if (site_.stopping.stop_requested()) return failure(std::errc::operation_canceled);
            return (*sealed)->read(at, out);
        };
        return hash_blocks(request, (*sealed)->facts().size_bytes, read, *digest);
    };
    auto digests = co_await offload(site_.store.bulk_pool(), work);
    if (!digests) co_return failure(co_await refused(std::move(*scene), digests.error()));
    if (const auto recorded = co_await session_.record(scene->event); !recorded)
        co_return failure(desk_errc::storage_failed);
    co_return digests;
}

}  // namespace consign::desk
