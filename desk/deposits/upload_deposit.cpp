// An upload that is whole becomes a deposit.
#include "desk/deposits/carry_out.hpp"
#include "desk/deposits/deposit.hpp"
#include "desk/deposits/keeping.hpp"
#include "desk/deposits/scan_gate.hpp"
#include "desk/deposits/upload.hpp"
#include "desk/site/visibility.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;

/// Looks at the content as often as something changes under the look.
asio::awaitable<Result<Aftermath>> Upload::deposit(vault::Sealed sealed, ledger::Event& event) {
    Offer offer{.account = opening_.account,
                .whole = opening_.whole,
                .file = {.stream = sealed.stream,
                         .size_bytes = sealed.size_bytes,
                         .sha256 = sealed.sha256,
                         .depositor = opening_.account},
                .time = event.time};
    // Under a temporary name there is nothing to look at yet; and what goes to the virus scanner is
    // looked at when it comes back.
    const auto current = site_.policy.current();
    bool appraises = !current->scan && (!opening_.origin.empty() ||
                                        !policy::is_temporary_name(*current, offer.whole.name()));
    for (int round = 0; round < appraisals_limit; ++round) {
        Appraisal appraisal;
        if (appraises) {
            auto appraised = co_await appraise(site_, offer);
            if (!appraised) co_return failure(appraised.error());
            appraisal = std::move(*appraised);
        } else {
            appraisal = co_await appraise_for_holds(site_, offer);
        }
        Aftermath aftermath;
        const auto done = co_await site_.store.write([&](Transaction& transaction) {
            return commit(transaction, sealed, appraisal, event, aftermath);
        });
        if (done) co_return aftermath;
        if (done.error() != appraisal_outdated) co_return failure(done.error());
        appraises = true;
        offer.whole = VirtualPath::parse(event.personal.path).value_or(offer.whole);
    }
    co_return failure(desk_errc::in_use);
}

/// Where an upload ends up, and what was there before.
struct Upload::Placement {
    VirtualPath whole;
    std::optional<catalog::Entry> existing{};
    bool appends_only = false;
};

/// Where the upload is now (a folder on its way may have been renamed), and whether it may be
/// there.
Result<Upload::Placement> Upload::place(Transaction& transaction, const policy::Account& account,
                                        const vault::Sealed& sealed, ledger::Event& event) {
    const auto row = transaction.catalog.upload(sealed.stream);
    if (!row) return failure(row.error());
    if (!*row || !account.home.contains((*row)->path)) return failure(desk_errc::superseded);
    Placement placement{.whole = (*row)->path};
    event.personal.path = std::string(placement.whole.text());
    auto existing = transaction.catalog.find(placement.whole);
    if (existing)
        placement.existing = std::move(*existing);
    else if (existing.error() != catalog::catalog_errc::no_such_name)
        return failure(existing.error());
    const catalog::Entry* there = placement.existing ? &*placement.existing : nullptr;
    const Ruling ruling = may_deposit(account, account.home.relative(placement.whole), there,
                                      there && is_file(*there, opening_.base));
    event.rule = ruling.verdict.rule.text();
    if (!ruling.verdict.allowed) return failure(ruling.refusal);
    placement.appends_only = ruling.appends_only;
    catalog::Usage counted{.bytes = (*row)->size_bytes, .files = 1};
    if (there && there->file) {
        counted.bytes += there->file->size_bytes;
        ++counted.files;
    }
    if (auto fits = within_quota(transaction, account, sealed.size_bytes, counted); !fits)
        return failure(fits.error());
    return placement;
}

/// An earlier version of the account's own, under this name or moved away from it, that nobody has
/// collected: its routed names go.
Result<> Upload::withdraw_replaced(Transaction& transaction, const policy::Account& account,
                                   const std::optional<catalog::Entry>& existing,
                                   const ledger::Event& event, Aftermath& aftermath) {
    if (existing) {
        if (!is_own_uncollected(account, *existing)) return {};
        return withdraw_routed(transaction, existing->file->id, event, aftermath.doomed);
    }
    if (opening_.base.is_nil() || !opening_.origin.empty()) return {};
    const auto moved = transaction.catalog.file_of(opening_.base);
    if (!moved) return failure(moved.error());
    if (!*moved || (*moved)->collected || (*moved)->depositor != account.id) return {};
    return withdraw_routed(transaction, (*moved)->id, event, aftermath.doomed);
}

Result<> Upload::commit(Transaction& transaction, const vault::Sealed& sealed,
                        const Appraisal& appraisal, ledger::Event& event, Aftermath& aftermath) {
    const auto policy = site_.policy.current();
    event.policy = policy->hash;
    const auto found = policy->accounts.find(opening_.account);
    if (found == policy->accounts.end() || !found->second.enabled)
        return failure(desk_errc::account_withdrawn);
    const policy::Account& account = found->second;
    event.personal.sha256 = to_hex(sealed.sha256);
    const auto placed = place(transaction, account, sealed, event);
    if (!placed) return failure(placed.error());
    const auto& [whole, existing, appends_only] = *placed;

    // What was a deposit once, or holds what another deposited, is never temporary again: the
    // upload right would be enough to take it away.
    const bool temporary = policy::is_temporary_name(*policy, whole.name()) &&
                           opening_.origin.empty() &&
                           (!existing || existing->standing == catalog::Standing::temporary);
    const bool scans = !temporary && policy->scan;
    if (!temporary && !scans)
        if (auto holds = check_still_holds(transaction, appraisal, *policy, whole); !holds)
            return holds;
    const bool complete = !temporary && (scans || appraisal.missing.empty());
    // For the same reason, what goes on with a deposit does not wait: it is there, and fires no
    // route.
    const bool waits = !temporary && !complete && opening_.origin.empty() && !appends_only;
    if (auto withdrawn = withdraw_replaced(transaction, account, existing, event, aftermath);
        !withdrawn)
        return withdrawn;
    const auto committed =
        transaction.catalog.commit_deposit({.stream = sealed.stream,
                                            .path = whole,
                                            .account = account.id,
                                            .size_bytes = sealed.size_bytes,
                                            .sha256 = sealed.sha256,
                                            .standing = temporary ? catalog::Standing::temporary
                                                        : waits   ? catalog::Standing::waiting
                                                                  : catalog::Standing::deposited,
                                            .modified = modified(),
                                            .now = event.time,
                                            .origin = opening_.origin});
    if (!committed) return failure(committed.error());
    aftermath.doomed.insert(aftermath.doomed.end(), committed->doomed.begin(),
                            committed->doomed.end());
    if (!complete)
        if (auto bound = bind_as_routed(transaction, appraisal, committed->file); !bound)
            return bound;
    if (const auto accessed = times().accessed)
        if (auto set = transaction.catalog.set_times(committed->node, accessed, {}); !set)
            return set;
    const bool is_scanned = !temporary && !waits && scanner_for(*policy, appraisal) != nullptr;
    event.detail = is_scanned          ? std::string(waits_for_scanner)
                   : temporary         ? "under a temporary name"
                   : complete || waits ? appraisal.words()
                                       : "no route fires: it " + appraisal.words();
    if (auto appended = transaction.ledger.append(event); !appended)
        return failure(appended.error());
    if (is_scanned) {
        const auto held =
            hold_for_scanner(transaction, *policy, appraisal, *committed, whole, account.id,
                             {.continues = !opening_.origin.empty() || appends_only,
                              .session = event.session,
                              .protocol = event.protocol},
                             event.time);
        if (!held) return failure(held.error());
        return settle_growth(transaction);
    }
    if (complete)
        if (auto done = carry_out(site_, transaction, appraisal, *committed, event, aftermath);
            !done)
            return done;
    if (!temporary)
        if (auto done = complete_waiting(site_, transaction, appraisal, event, aftermath); !done)
            return done;
    return settle_growth(transaction);
}

}  // namespace consign::desk
