#include "desk/deposits/appraisal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "desk/deposits/depositor.hpp"
#include "desk/site/content_digest.hpp"
#include "desk/site/sealed_content.hpp"
#include "policy/content/ending.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/vault/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using policy::content::Content;
using policy::content::EndingCheck;

namespace {

/// Read on a pool thread before others get their turn.
constexpr std::uint64_t read_step_bytes = std::uint64_t{1} << 20;
constexpr std::size_t read_buffer_bytes = 4 * vault::chunk_bytes;

bool asks_for(const Appraisal& appraisal, policy::Sidecar kind) {
    const policy::Route* route = appraisal.routing ? appraisal.routing->route : nullptr;
    return route && std::ranges::find(route->sidecars, kind) != route->sidecars.end();
}

/// The kinds of sidecar that its route asks of it. A sidecar waits for none itself.
std::vector<policy::Sidecar> sidecars_asked_for(const Appraisal& appraisal) {
    const auto itself = sidecar_named(appraisal.offer.whole.name());
    if (!appraisal.routing || !appraisal.routing->route ||
        (itself && asks_for(appraisal, itself->kind)))
        return {};
    return appraisal.routing->route->sidecars;
}

Result<std::optional<catalog::Entry>> entry_at(Transaction& transaction, const VirtualPath& whole) {
    auto entry = transaction.catalog.find(whole);
    if (entry) return std::move(*entry);
    if (entry.error() == catalog::catalog_errc::no_such_name) return std::nullopt;
    return failure(entry.error());
}

/// `arriving` is about to be deposited, and counts as if it were.
Result<std::vector<Beside>> sidecars_beside(Transaction& transaction, const Appraisal& appraisal,
                                            const std::optional<Beside>& arriving) {
    const VirtualPath& whole = appraisal.offer.whole;
    const std::string& account = appraisal.offer.account;
    std::vector<Beside> beside;
    for (const policy::Sidecar kind : sidecars_asked_for(appraisal)) {
        for (const std::string& name : sidecar_names(whole.name(), kind)) {
            const auto sidecar = sidecar_named(name);
            if (arriving && arriving->sidecar.kind == kind &&
                arriving->sidecar.algorithm == sidecar->algorithm) {
                beside.push_back(*arriving);
                continue;
            }
            const auto path = VirtualPath::parse(name, whole.parent());
            if (!path) continue;  // too long: nothing has that name
            const auto entry = entry_at(transaction, *path);
            if (!entry) return failure(entry.error());
            if (*entry && (*entry)->file && (*entry)->made_by == account &&
                (*entry)->file->depositor == account &&
                (*entry)->standing == catalog::Standing::deposited)
                beside.push_back({*sidecar, *(*entry)->file, (*entry)->created});
        }
    }
    return beside;
}

std::vector<Id> streams_of(const std::vector<Beside>& beside) {
    std::vector<Id> streams;
    for (const Beside& one : beside) streams.push_back(one.file.stream);
    return streams;
}

/// The depositor's own file in the same folder that waits, and of which this one's name speaks.
Result<std::optional<Offer>> waiting_for(Transaction& transaction, const Offer& offer) {
    const auto sidecar = sidecar_named(offer.whole.name());
    if (!sidecar) return std::nullopt;
    const auto path = VirtualPath::parse(sidecar->of, offer.whole.parent());
    if (!path) return failure(path.error());
    const auto entry = entry_at(transaction, *path);
    if (!entry) return failure(entry.error());
    if (!*entry || (*entry)->standing != catalog::Standing::waiting ||
        (*entry)->made_by != offer.account || (*entry)->file->stream == offer.file.stream)
        return std::nullopt;
    return Offer{
        .account = offer.account, .whole = *path, .file = *(*entry)->file, .time = offer.time};
}

Beside beside_of(const Offer& offer) {
    return {
        .sidecar = *sidecar_named(offer.whole.name()), .file = offer.file, .created = offer.time};
}

struct ChecksumFile {
    Bytes text;
    std::optional<ContentDigest> digest{};  // of the file beside it; SHA-256 is known already
};

/// What is found out by reading all of a file, once.
struct WholeRead {
    std::vector<std::pair<policy::content::Ending, EndingCheck>> endings;
    std::vector<ChecksumFile> checksums;

    [[nodiscard]] bool is_needed() const {
        return !endings.empty() || std::ranges::any_of(checksums, [](const ChecksumFile& one) {
            return one.digest.has_value();
        });
    }
    void add(ByteView bytes) {
        for (auto& [ending, check] : endings) check.add(bytes);
        for (ChecksumFile& checksum : checksums)
            if (checksum.digest) checksum.digest->update(bytes);
    }
};

asio::awaitable<Result<>> read_all(Site& site, vault::SealedReader& sealed, WholeRead& into) {
    if (!into.is_needed()) co_return Result<>{};
    const std::uint64_t size = sealed.facts().size_bytes;
    std::uint64_t at = 0;
    auto step = [&]() -> Result<> {
        Bytes buffer(read_buffer_bytes);
        const std::uint64_t end = std::min(size, at + read_step_bytes);
        while (at < end) {
            const auto count = sealed.read(at, buffer);
            if (!count) return failure(count.error());
            if (*count == 0) return failure(vault::vault_errc::altered);
            into.add(ByteView(buffer).first(*count));
            at += *count;
        }
        return {};
    };
    while (at < size)
        if (auto done = co_await offload(site.store.pool(), step); !done) co_return done;
    co_return Result<>{};
}

asio::awaitable<Result<Bytes>> head_of(Site& site, vault::SealedReader& sealed,
                                       std::size_t limit_bytes) {
    auto read = [&]() -> Result<Bytes> {
        Bytes head(std::min<std::uint64_t>(limit_bytes, sealed.facts().size_bytes));
        const auto count = sealed.read(0, head);
        if (!count) return failure(count.error());
        head.resize(*count);
        return head;
    };
    co_return co_await offload(site.store.pool(), read);
}

asio::awaitable<Result<std::unique_ptr<vault::SealedReader>>> opened(Site& site,
                                                                     const catalog::File& file) {
    auto open = [&] { return open_content(site, file); };
    co_return co_await offload(site.store.pool(), open);
}

/// A checksum file's text; nothing, and a line in the log, where it cannot be read: then it says
/// nothing.
asio::awaitable<std::optional<Bytes>> text_of(Site& site, const Beside& beside) {
    const auto sealed = co_await opened(site, beside.file);
    auto text = sealed ? co_await head_of(site, **sealed, sidecar_limit_bytes)
                       : Result<Bytes>(failure(sealed.error()));
    if (text) co_return std::move(*text);
    site.log.error("a checksum file could not be read",
                   {{"stream", beside.file.stream}, {"why", text.error()}});
    co_return std::nullopt;
}

/// Does one of the checksum files tell the right digest? An older one that does not is no matter
/// then.
bool is_told(std::vector<ChecksumFile>& checksums, const Digest32& sha256) {
    return std::ranges::any_of(checksums, [&](ChecksumFile& checksum) {
        const std::string_view text = as_text(checksum.text);
        if (!checksum.digest) return tells_digest(text, sha256);
        return tells_digest(text, checksum.digest->finish());
    });
}

/// Fills in what is missing.
asio::awaitable<Result<>> weigh(Site& site, vault::SealedReader& sealed, const Content& content,
                                const std::vector<Beside>& beside, Appraisal& appraisal) {
    WholeRead whole;
    for (const auto ending : appraisal.routing->route->endings) {
        EndingCheck check(ending, content);
        // What has it before the first byte is of no such format, and needs no reading.
        if (!check.has_ended()) whole.endings.emplace_back(ending, std::move(check));
    }
    bool is_ok = false;
    for (const Beside& one : beside) {
        // One that is older than the upload speaks of an earlier file of that name.
        if (one.sidecar.kind == policy::Sidecar::ok_file) {
            is_ok = one.created >= sealed.facts().deposit.opened;
            continue;
        }
        auto text = co_await text_of(site, one);
        if (!text) continue;
        ChecksumFile& checksum = whole.checksums.emplace_back(std::move(*text));
        if (one.sidecar.algorithm != "sha256")
            checksum.digest = ContentDigest::of(one.sidecar.algorithm);
    }
    if (auto done = co_await read_all(site, sealed, whole); !done) co_return done;

    for (const auto& [ending, check] : whole.endings)
        if (!check.has_ended()) appraisal.missing.push_back(name_of(ending));
    for (const policy::Sidecar kind : sidecars_asked_for(appraisal)) {
        const bool is_there = kind == policy::Sidecar::ok_file
                                  ? is_ok
                                  : is_told(whole.checksums, appraisal.offer.file.sha256);
        if (is_there) continue;
        appraisal.missing.push_back(policy::name_of(kind));
        if (kind == policy::Sidecar::checksum_file)
            appraisal.wrong_digest = !whole.checksums.empty();
    }
    co_return Result<>{};
}

/// `arriving`: a sidecar of it that is about to be deposited.
asio::awaitable<Result<>> appraise_one(Site& site, Appraisal& appraisal,
                                       std::optional<Beside> arriving) {
    const policy::Policy& policy = *appraisal.policy;
    const Offer& offer = appraisal.offer;
    const policy::Account* const account = depositor_in(policy, offer.account);
    // The transaction will refuse it.
    if (!account) co_return Result<>{};
    policy::DepositFacts facts{.path = offer.whole,
                               .account = offer.account,
                               .group = account->group,
                               .home = account->home,
                               .time = offer.time,
                               .size_bytes = offer.file.size_bytes,
                               .sha256 = offer.file.sha256};
    std::unique_ptr<vault::SealedReader> sealed;
    if (policy::needs_content(policy, *account, offer.whole)) {
        auto reader = co_await opened(site, offer.file);
        if (!reader) co_return failure(reader.error());
        sealed = std::move(*reader);
        const auto head = co_await head_of(site, *sealed, policy::content::head_limit_bytes);
        if (!head) co_return failure(head.error());
        facts.content = policy::content::read_content(*head);
    }
    appraisal.routing = policy::route(policy, facts, appraisal.passage);
    const policy::Route* route = appraisal.routing ? appraisal.routing->route : nullptr;
    if (!route || (route->endings.empty() && route->sidecars.empty())) co_return Result<>{};

    const auto beside = co_await site.store.read([&](Transaction& transaction) {
        return sidecars_beside(transaction, appraisal, arriving);
    });
    if (!beside) co_return failure(beside.error());
    appraisal.sidecars = streams_of(*beside);
    if (!sealed) {
        auto reader = co_await opened(site, offer.file);
        if (!reader) co_return failure(reader.error());
        sealed = std::move(*reader);
    }
    co_return co_await weigh(site, *sealed, facts.content, *beside, appraisal);
}

/// Null where no file waits for this one.
asio::awaitable<Result<std::shared_ptr<const Appraisal>>> appraise_waiting(
    Site& site, const Appraisal& sidecar) {
    const auto waits = co_await site.store.read(
        [&](Transaction& transaction) { return waiting_for(transaction, sidecar.offer); });
    if (!waits) co_return failure(waits.error());
    if (!*waits) co_return nullptr;
    auto waiting = std::make_shared<Appraisal>();
    waiting->policy = sidecar.policy;
    waiting->offer = **waits;
    // That the other file cannot be read must not keep this one from being deposited.
    const auto done = co_await appraise_one(site, *waiting, beside_of(sidecar.offer));
    if (!done) waiting->unreadable = done.error();
    co_return waiting;
}

Result<> check_one(Transaction& transaction, const Appraisal& appraisal,
                   const std::optional<Beside>& arriving) {
    const auto beside = sidecars_beside(transaction, appraisal, arriving);
    if (!beside) return failure(beside.error());
    if (streams_of(*beside) != appraisal.sidecars) return failure(appraisal_outdated);
    return {};
}

}  // namespace

bool Appraisal::is_awaited() const {
    if (!waiting) return false;
    const auto itself = sidecar_named(offer.whole.name());
    return itself && asks_for(*waiting, itself->kind);
}

std::string Appraisal::words() const {
    if (missing.empty()) return {};
    return fmt::format("waits for {}{}", fmt::join(missing, ", "),
                       wrong_digest ? ": the digest in it is not that of the file" : "");
}

namespace {

/// It may have come before the file that it speaks of, or again after it: it fires no route either
/// way.
bool may_be_awaited(const Appraisal& appraisal) {
    const Offer& offer = appraisal.offer;
    const auto itself = sidecar_named(offer.whole.name());
    const policy::Account* const account = depositor_in(*appraisal.policy, offer.account);
    if (!itself || !account) return false;
    const auto of = VirtualPath::parse(itself->of, offer.whole.parent());
    return of && policy::may_wait_for(*appraisal.policy, *account, *of, itself->kind);
}

}  // namespace

asio::awaitable<Result<Appraisal>> appraise(Site& site, Offer offer, policy::Passage passage) {
    Appraisal appraisal{
        .policy = site.policy.current(), .offer = std::move(offer), .passage = passage};
    if (sidecar_named(appraisal.offer.whole.name())) {
        auto waiting = co_await appraise_waiting(site, appraisal);
        if (!waiting) co_return failure(waiting.error());
        appraisal.waiting = std::move(*waiting);
        if (appraisal.is_awaited() || may_be_awaited(appraisal)) co_return appraisal;
    }
    if (auto done = co_await appraise_one(site, appraisal, std::nullopt); !done)
        co_return failure(done.error());
    co_return appraisal;
}

Result<> check_still_holds(Transaction& transaction, const Appraisal& appraisal,
                           const policy::Policy& policy, const VirtualPath& whole) {
    if (appraisal.policy.get() != &policy || appraisal.offer.whole != whole)
        return failure(appraisal_outdated);
    const auto waits = waiting_for(transaction, appraisal.offer);
    if (!waits) return failure(waits.error());
    const Id waiting = appraisal.waiting ? appraisal.waiting->offer.file.stream : Id{};
    if ((*waits ? (*waits)->file.stream : Id{}) != waiting) return failure(appraisal_outdated);
    if (appraisal.waiting && !appraisal.waiting->unreadable) {
        if (auto same = check_one(transaction, *appraisal.waiting, beside_of(appraisal.offer));
            !same)
            return same;
        if (appraisal.is_awaited()) return {};
    }
    return check_one(transaction, appraisal, std::nullopt);
}

}  // namespace consign::desk
