// A rename, decided and done: of what was no deposit, it is the deposit.
#include "desk/deposits/carry_out.hpp"
#include "desk/deposits/deposit.hpp"
#include "desk/deposits/scan_gate.hpp"
#include "desk/desk.hpp"
#include "desk/site/visibility.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

using ledger::Action;
using policy::Verb;

namespace {

/// All below moves with its folder, also from and to where another grant decides: so each grant
/// that decides something there must allow it.
policy::Verdict may_all_below(const policy::Account& account, Verb verb, const VirtualPath& folder,
                              std::string_view unless) {
    for (const policy::Grant& grant : account.grants) {
        if (!grant.may.contains(verb) && grant.path.leads_on_from(folder))
            return {false, grant.rule, unless};
        if (grant.path.covers_below(folder)) break;
    }
    return policy::may(account, verb, folder);
}

/// What waits for the virus scanner is one, whatever its name.
bool is_no_deposit(const catalog::Entry& entry) {
    return entry.is_pending() && entry.standing != catalog::Standing::unscanned;
}

}  // namespace

/// Where the rename would be a deposit: what becomes of it. Else one that holds for nothing.
Desk::Answer<Appraisal> Desk::appraise_rename(const Renaming& renaming) {
    const auto from = scene(renaming.from, Action::renamed);
    const auto to = scene(renaming.to, Action::renamed);
    if (!from || !to) co_return Appraisal{};
    const auto entry = co_await site_.store.read(
        [&](Transaction& transaction) { return transaction.catalog.find(from->whole); });
    if (!entry || !is_no_deposit(*entry) || entry->made_by != account_ ||
        policy::is_temporary_name(*to->policy, to->whole.name()))
        co_return Appraisal{};
    Offer offer{
        .account = account_, .whole = to->whole, .file = *entry->file, .time = from->event.time};
    co_return co_await appraise(site_, std::move(offer));
}

Result<> Desk::rename_in(Transaction& transaction, Scene& scene, const Renaming& renaming,
                         const Appraisal& appraisal, Aftermath& aftermath) {
    const policy::Account& account = *scene.account;
    const auto to = account.home.joined(renaming.to);
    if (!to) return failure(desk_errc::name_too_long);
    scene.event.personal.second_path = std::string(to->text());
    const auto entry = visible(transaction, scene);
    if (!entry) return failure(or_unfinished(transaction, scene, entry.error()));
    if (renaming.mode.to_directory && entry->file) return failure(desk_errc::names_a_directory);
    const bool pending = is_no_deposit(*entry);
    const auto leave =
        entry->kind == catalog::Kind::directory
            ? may_all_below(account, Verb::rename, scene.path, "the grant does not allow rename")
            : policy::may(account, pending ? Verb::upload : Verb::rename, scene.path);
    if (auto yes = decide(scene, leave, desk_errc::may_not_rename); !yes) return yes;
    if (!entry->file && policy::names_folder(*scene.policy, scene.whole))
        return failure(desk_errc::folder_of_policy);
    if (!entry->file || pickup_of(scene, *entry)) {
        const auto stays =
            policy::may_leave_pickup(*scene.policy, account, scene.path, renaming.to, !entry->file);
        if (!stays.allowed) {
            scene.event.rule = stays.rule.text();
            return failure(desk_errc::may_not_rename);
        }
    }
    const auto existing = transaction.catalog.find(*to);
    if (!existing && existing.error() != catalog::catalog_errc::no_such_name)
        return failure(existing.error());
    const bool taken = existing && existing->node != entry->node &&
                       (!renaming.mode.replace || entry->kind == catalog::Kind::directory);
    const Ruling arrive =
        may_deposit(account, renaming.to, existing && !taken ? &*existing : nullptr, false);
    if (auto yes = decide(scene, arrive.verdict, arrive.refusal); !yes) return yes;
    if (entry->kind == catalog::Kind::directory) {
        const auto all =
            may_all_below(account, Verb::upload, renaming.to, "the grant does not allow upload");
        if (auto yes = decide(scene, all, desk_errc::may_not_upload); !yes) return yes;
    }
    if (taken) return failure(desk_errc::already_there);

    scene.event.stream = entry->file ? entry->file->stream : Id{};
    // What was a deposit once stays one, under whatever name.
    const bool temporary = pending && policy::is_temporary_name(*scene.policy, to->name());
    const bool complete = appraisal.missing.empty();
    if (pending && !temporary) {
        if (entry->file->stream != appraisal.offer.file.stream) return failure(appraisal_outdated);
        if (auto holds = check_still_holds(transaction, appraisal, *scene.policy, *to); !holds)
            return holds;
        if (existing && is_own_uncollected(account, *existing) && existing->node != entry->node)
            if (auto gone =
                    withdraw_routed(transaction, existing->file->id, scene.event, aftermath.doomed);
                !gone)
                return gone;
    }
    const auto standing = temporary              ? catalog::Standing::temporary
                          : pending && !complete ? catalog::Standing::waiting
                          : pending              ? catalog::Standing::deposited
                                                 : entry->standing;
    const auto renamed = transaction.catalog.rename(scene.whole, *to, renaming.mode.replace,
                                                    standing, scene.event.time);
    if (!renamed) return failure(renamed.error());
    aftermath.doomed.insert(aftermath.doomed.end(), renamed->doomed.begin(), renamed->doomed.end());
    if (entry->file && *to != scene.whole) {
        const auto hides = transaction.catalog.find_upload(account_, *to);
        if (!hides) return failure(hides.error());
        if (*hides)
            if (auto gone = drop_unfinished(transaction, scene.event, **hides, aftermath); !gone)
                return gone;
    }
    if (!pending || temporary) return {};

    // The rename of what was no deposit is the deposit.
    auto deposit = scene.event;
    deposit.action = Action::deposited;
    deposit.bytes = entry->file->size_bytes;
    deposit.personal.path = deposit.personal.second_path;
    deposit.personal.second_path.clear();
    deposit.personal.sha256 = to_hex(entry->file->sha256);
    const auto held =
        complete ? hold_for_scanner(
                       transaction, *scene.policy, appraisal, *renamed, *to, account.id,
                       {.session = deposit.session, .protocol = deposit.protocol}, deposit.time)
                 : Result<bool>(false);
    if (!held) return failure(held.error());
    deposit.detail = *held      ? std::string(waits_for_scanner)
                     : complete ? "by the rename of a temporary name"
                                : appraisal.words();
    if (auto appended = transaction.ledger.append(deposit); !appended)
        return failure(appended.error());
    if (*held) return {};
    if (complete) {
        if (auto done = carry_out(site_, transaction, appraisal, *renamed, deposit, aftermath);
            !done)
            return done;
    }
    return complete_waiting(site_, transaction, appraisal, deposit, aftermath);
}

}  // namespace consign::desk
