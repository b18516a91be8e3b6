#include "desk/retention/disposal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/fault_point.hpp"
#include "desk/receipts/receipt.hpp"
#include "desk/site/known_stream.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

constexpr std::size_t certified_at_once = 32;

/// The rest of the certificate: which term is over, and what was looked for that would keep it.
std::string words_of(const terms::Term& term) {
    if (term.class_name.empty()) return "its last name is gone, and no class covers it; no hold";
    return fmt::format("class {}: {}, due {}; no hold, and no job that needs it", term.class_name,
                       term.why, term.tells_a_life ? "by now" : rfc3339(*term.due));
}

/// How many holds there were to look at. Whether one bound it was asked when it was doomed, in the
/// same transaction; one that came since came too late, and is told.
Result<std::string> words_of_holds(Transaction& transaction, catalog::FileId file) {
    const auto count = transaction.holds.count();
    if (!count) return failure(count.error());
    const auto hold = transaction.catalog.hold_on(file);
    if (!hold) return failure(hold.error());
    return fmt::format("{}{}, {}", holds_checked_mark, *count,
                       *hold ? "of which one is on it, and came too late" : "none of them on it");
}

/// Its row goes, and the event of that is the certificate: which content (by id, size and hash), by
/// which rule, when. Once, however many were at it.
Result<> certify(Site& site, Transaction& transaction, const Id& stream) {
    auto event = system_event(site, ledger::Action::destroyed, "system:retention");
    event.stream = stream;
    terms::Term term;
    const auto id = transaction.catalog.doomed_file(stream);
    if (!id) return failure(id.error());
    if (!*id) return {};
    // What cannot be read any more is missing from the certificate, and keeps nobody.
    if (const auto file = transaction.catalog.file(**id)) {
        event.bytes = file->size_bytes;
        event.personal.sha256 = to_hex(file->sha256);
    }
    if (const auto settled = transaction.terms.find(**id);
        settled && *settled && (*settled)->term.due)
        term = (*settled)->term;
    event.rule = term.rule;
    const auto holds = words_of_holds(transaction, **id);
    if (!holds) return failure(holds.error());
    event.detail = words_of(term) + *holds;
    const auto forgotten = transaction.catalog.forget(stream);
    if (!forgotten) return failure(forgotten.error());
    return *forgotten ? append_owned(transaction, event) : Result<>();
}

}  // namespace

asio::awaitable<void> settle(Site& site, Id committed, Aftermath aftermath) {
    auto unstage = [&] { return site.store.vault().unstage(committed); };
    const bool is_unstaged = site.store.vault().unstage_at_once(committed);
    if (const auto done = is_unstaged ? Result<>() : co_await offload(site.store.pool(), unstage);
        !done)
        site.log.warning("a staging name could not be removed",
                         {{"stream", committed}, {"why", done.error()}});
    co_await conclude(site, std::move(aftermath));
}

Result<> destroy_unknown(Site& site, const Id& stream) {
    const auto is_known = [&](Transaction& transaction) {
        return is_known_stream(transaction, stream);
    };
    return site.store.vault().destroy_unless(stream,
                                             [&] { return site.store.read_here(is_known); });
}

Result<> destroy_undeposited(Site& site, const Id& stream) {
    const auto has_file = [&](Transaction& transaction) {
        return transaction.catalog.has_file(stream);
    };
    return site.store.vault().destroy_unless(stream,
                                             [&] { return site.store.read_here(has_file); });
}

asio::awaitable<void> drop_if_unknown(Site& site, Id stream) {
    // Also where it is whole, as a crash before its transaction leaves it.
    auto destroy_file = [&] { return destroy_unknown(site, stream); };
    const auto gone = co_await offload(site.store.pool(), destroy_file);
    if (!gone && gone.error() != std::errc::device_or_resource_busy)
        site.log.warning("a staging file could not be removed",
                         {{"stream", stream}, {"why", gone.error()}});
}

asio::awaitable<void> conclude(Site& site, Aftermath aftermath) {
    for (MovedName& moved : aftermath.moved) site.moved_names.add(std::move(moved));
    co_await destroy(site, std::move(aftermath.doomed));
}

asio::awaitable<void> destroy(Site& site, std::vector<Id> doomed) {
    std::vector<Id> destroyed;
    auto destroy_files = [&] {
        for (const Id& stream : doomed) {
            if (auto done = site.store.vault().destroy(stream); done) {
                destroyed.push_back(stream);
            } else {
                site.log.error("a file could not be destroyed",
                               {{"stream", stream}, {"why", done.error()}});
                site.undestroyed.note(site.clock.now());
            }
        }
        return true;
    };
    if (doomed.empty()) co_return;
    co_await offload(site.store.pool(), destroy_files);
    fault_point("retention.destroyed");
    for (std::size_t done = 0; done < destroyed.size(); done += certified_at_once) {
        const auto some = std::span(destroyed).subspan(
            done, std::min(certified_at_once, destroyed.size() - done));
        const auto forgotten = co_await site.store.write([&](Transaction& transaction) -> Result<> {
            for (const Id& stream : some)
                if (auto certified = certify(site, transaction, stream); !certified)
                    return certified;
            fault_point("retention.certifying");
            return {};
        });
        fault_point("retention.certified");
        if (!forgotten) {
            site.log.error("what was destroyed could not be certified",
                           {{"files", some.size()}, {"why", forgotten.error()}});
            site.undestroyed.note(site.clock.now());
        }
    }
}

asio::awaitable<Result<>> destroy_doomed(Site& site) {
    auto doomed = co_await site.store.read(
        [](Transaction& transaction) { return transaction.catalog.doomed(); });
    if (!doomed) co_return failure(doomed.error());
    co_await destroy(site, std::move(*doomed));
    co_return Result<>{};
}

asio::awaitable<void> destroy_again(Site& site) {
    if (!site.undestroyed.take_due(site.clock.now())) co_return;
    const auto done = co_await destroy_doomed(site);
    if (done) co_return;
    site.log.error("what is to be destroyed could not be looked up", {{"why", done.error()}});
    site.undestroyed.note(site.clock.now());
}

}  // namespace consign::desk
