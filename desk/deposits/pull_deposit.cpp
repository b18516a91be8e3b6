#include "desk/deposits/pull_deposit.hpp"

#include <fmt/format.h>

#include "base/fault_point.hpp"
#include "desk/deposits/appraisal.hpp"
#include "desk/deposits/carry_out.hpp"
#include "desk/deposits/scan_gate.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/site/alarm.hpp"
#include "desk/site/numbered_name.hpp"
#include "desk/site/system_event.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

/// Nobody has the name; the transaction looks again.
Result<VirtualPath> free_name(Transaction& transaction, const VirtualPath& wanted) {
    for (int number = 1; number <= clash_numbers_limit; ++number) {
        auto path = numbered(wanted, number);
        if (!path) return path;
        const auto taken = transaction.catalog.find(*path);
        if (taken) continue;
        if (taken.error() == catalog::catalog_errc::no_such_name) return path;
        return failure(taken.error());
    }
    return failure(catalog::catalog_errc::already_there);
}

Result<pulls::Run> run_of(Transaction& transaction, const policy::Pull& pull) {
    const auto run = transaction.pulls.run(pull.name);
    if (!run) return failure(run.error());
    return run->value_or(pulls::Run{});
}

asio::awaitable<Result<>> destroy_begun(Site& site, Id stream) {
    auto destroy_file = [&] { return destroy_undeposited(site, stream); };
    co_return co_await offload(site.store.pool(), destroy_file);
}

asio::awaitable<Result<>> note_begun(Site& site, const std::string& pull, Id stream) {
    co_return co_await site.store.write([&](Transaction& transaction) -> Result<> {
        auto run = transaction.pulls.run(pull);
        if (!run) return failure(run.error());
        pulls::Run noted = run->value_or(pulls::Run{});
        noted.begun = stream;
        return transaction.pulls.note_run(pull, noted);
    });
}

asio::awaitable<void> close(Site& site, std::unique_ptr<vault::SealedUpload>& upload) {
    auto close_it = [&] {
        upload.reset();
        return true;
    };
    co_await offload(site.store.pool(), close_it);
}

Result<> commit(Site& site, Transaction& transaction, const policy::Pull& pull, const FarName& name,
                const vault::Sealed& sealed, const Appraisal& appraisal, Aftermath& aftermath) {
    const auto policy = site.policy.current();
    const VirtualPath& whole = appraisal.offer.whole;
    if (auto holds = check_still_holds(transaction, appraisal, *policy, whole); !holds)
        return holds;
    const auto free = free_name(transaction, whole);
    if (!free) return failure(free.error());
    if (*free != whole) return failure(appraisal_outdated);
    auto event = system_event(site, ledger::Action::deposited, pulls_account);
    event.policy = policy->hash;
    if (const auto folder = transaction.catalog.ensure_directories(whole.parent(), event.time);
        !folder)
        return failure(folder.error());
    const bool complete = appraisal.missing.empty();
    const auto committed = transaction.catalog.commit_deposit(
        {.stream = sealed.stream,
         .path = whole,
         .account = std::string(pulls_account.view()),
         .size_bytes = sealed.size_bytes,
         .sha256 = sealed.sha256,
         .standing = complete ? catalog::Standing::deposited : catalog::Standing::waiting,
         .modified = Timestamp(std::chrono::seconds(name.facts.modified)),
         .now = event.time});
    if (!committed) return failure(committed.error());
    aftermath.doomed = committed->doomed;
    event.rule = pull.rule.text();
    event.stream = sealed.stream;
    event.bytes = sealed.size_bytes;
    event.detail = fmt::format("pulled by {} from {}", pull.name, pull.target);
    const bool is_scanned = complete && scanner_for(*policy, appraisal) != nullptr;
    if (!complete) event.detail += "; it " + appraisal.words();
    if (is_scanned) event.detail += "; it waits for the virus scanner";
    event.personal.path = std::string(whole.text());
    event.personal.sha256 = to_hex(sealed.sha256);
    if (auto appended = append(transaction, event); !appended) return appended;
    const auto index = transaction.pulls.index_of(pull.name, name.name);
    if (!index) return failure(index.error());
    if (auto noted = transaction.pulls.note_fetched(pull.name, *index, name.facts); !noted)
        return noted;
    auto run = run_of(transaction, pull);
    if (!run) return failure(run.error());
    run->begun = Id{};
    if (auto noted = transaction.pulls.note_run(pull.name, *run); !noted) return noted;
    fault_point("pull.in_transaction");
    if (is_scanned) {
        const auto held = hold_for_scanner(transaction, *policy, appraisal, *committed, whole,
                                           std::string(pulls_account.view()), {}, event.time);
        if (!held) return failure(held.error());
        if (*held) return {};
    }
    if (complete)
        if (auto done = carry_out(site, transaction, appraisal, *committed, event, aftermath);
            !done)
            return done;
    return complete_waiting(site, transaction, appraisal, event, aftermath);
}

/// Looks at the content as often as something changes under the look.
asio::awaitable<Result<Aftermath>> deposit(Site& site, const policy::Pull& pull,
                                           const FarName& name, const vault::Sealed& sealed) {
    const auto wanted = VirtualPath::parse(name.name, pull.into);
    if (!wanted) co_return failure(wanted.error());
    for (int round = 0; round < appraisals_limit; ++round) {
        const auto whole = co_await site.store.read(
            [&](Transaction& transaction) { return free_name(transaction, *wanted); });
        if (!whole) co_return failure(whole.error());
        const std::string account(pulls_account.view());
        Offer offer{.account = account,
                    .whole = *whole,
                    .file = {.stream = sealed.stream,
                             .size_bytes = sealed.size_bytes,
                             .sha256 = sealed.sha256,
                             .depositor = account},
                    .time = site.clock.now()};
        const auto appraisal = co_await appraise(site, std::move(offer));
        if (!appraisal) co_return failure(appraisal.error());
        Aftermath aftermath;
        const auto done = co_await site.store.write([&](Transaction& transaction) {
            return commit(site, transaction, pull, name, sealed, *appraisal, aftermath);
        });
        if (done) co_return aftermath;
        if (done.error() != appraisal_outdated) co_return failure(done.error());
    }
    co_return failure(appraisal_outdated);
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<vault::SealedUpload>>> begin_pulled(Site& site,
                                                                           policy::Pull pull,
                                                                           FarName name) {
    const auto run = co_await site.store.read(
        [&](Transaction& transaction) { return run_of(transaction, pull); });
    if (!run) co_return failure(run.error());
    // No row knows it, or it would not be noted any more; but an administrator may have recovered
    // it.
    if (!run->begun.is_nil())
        if (auto gone = co_await destroy_begun(site, run->begun); !gone)
            co_return failure(gone.error());
    const auto path = VirtualPath::parse(name.name, pull.into);
    if (!path) co_return failure(path.error());
    const vault::Deposit what{std::string(path->text()), std::string(pulls_account.view()),
                              site.clock.now()};
    auto begin = [&] { return site.store.vault().begin(what); };
    auto upload = co_await offload(site.store.pool(), begin);
    if (!upload) co_return failure(upload.error());
    fault_point("pull.begun");
    if (auto noted = co_await note_begun(site, pull.name, (*upload)->stream()); !noted) {
        const Id stream = (*upload)->stream();
        co_await close(site, *upload);
        static_cast<void>(co_await destroy_begun(site, stream));
        co_return failure(noted.error());
    }
    fault_point("pull.begun_noted");
    co_return std::move(*upload);
}

asio::awaitable<void> drop_pulled(Site& site, policy::Pull pull,
                                  std::unique_ptr<vault::SealedUpload> upload) {
    const Id stream = upload->stream();
    co_await close(site, upload);
    auto gone = co_await destroy_begun(site, stream);
    if (gone) gone = co_await note_begun(site, pull.name, Id{});
    // It is noted: whoever pulls next tries again.
    if (!gone)
        site.log.warning("what was pulled in part could not be dropped",
                         {{"stream", stream}, {"why", gone.error()}});
}

asio::awaitable<Result<>> end_pulled(Site& site, policy::Pull pull, FarName name,
                                     std::unique_ptr<vault::SealedUpload> upload) {
    auto seal = [&] { return site.store.vault().commit(*upload); };
    const auto sealed = co_await offload(site.store.pool(), seal);
    fault_point("pull.sealed");
    if (!sealed) {
        co_await drop_pulled(site, pull, std::move(upload));
        co_return failure(sealed.error());
    }
    auto aftermath = co_await deposit(site, pull, name, *sealed);
    fault_point("pull.deposited");
    if (!aftermath) {
        co_await drop_pulled(site, pull, std::move(upload));
        co_return failure(aftermath.error());
    }
    co_await close(site, upload);
    co_await settle(site, sealed->stream, *std::move(aftermath));
    co_return Result<>{};
}

asio::awaitable<Result<>> note_removed_there(Site& site, policy::Pull pull, FarName name) {
    auto event = system_event(site, ledger::Action::removed_there, pulls_account);
    event.rule = pull.rule.text();
    event.detail = fmt::format("pulled by {}, and removed from {}", pull.name, pull.target);
    event.bytes = name.facts.size_bytes;
    if (const auto path = VirtualPath::parse(name.name))
        event.personal.second_path = std::string(path->text());
    co_return co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto index = transaction.pulls.index_of(pull.name, name.name);
        if (!index) return failure(index.error());
        if (auto forgotten = transaction.pulls.forget(pull.name, *index); !forgotten)
            return forgotten;
        return append(transaction, event);
    });
}

asio::awaitable<Result<>> end_pull(Site& site, policy::Pull pull, PullRun ran) {
    const auto policy = site.policy.current();
    const PullCounts& counts = ran.counts;
    const bool is_well = ran.is_well();
    auto event = system_event(site, ledger::Action::pulled, pulls_account);
    event.rule = pull.rule.text();
    event.detail = fmt::format(
        "{}: {} listed, {} fetched, {} removed there, {} failed, {} passed over", pull.name,
        counts.listed, counts.fetched, counts.removed, counts.failed, counts.passed_over);
    if (!is_well) event.outcome = ledger::Outcome::failed;
    if (const auto why = ran.why ? ran.why : counts.last_failure)
        event.detail += ": " + why.message();
    co_return co_await site.store.write([&](Transaction& transaction) -> Result<> {
        auto run = run_of(transaction, pull);
        if (!run) return failure(run.error());
        if (!ran.why && ran.present)
            if (auto done = transaction.pulls.forget_others(pull.name, *ran.present); !done)
                return done;
        if (run->told == is_well) {
            const auto raised = raise_alarm(site, transaction, *policy, pulls_account,
                                            {.what = "pull_failed",
                                             .alerts = policy->alert,
                                             .rule = pull.rule.text(),
                                             .subject = pull.name,
                                             .mended = is_well,
                                             .counts = {{"failed", counts.failed}}});
            if (!raised) return raised;
            run->told = !is_well;
        }
        // What failed stays due, and what was asked for meanwhile.
        if (is_well) run->last = ran.begun;
        if (auto noted = transaction.pulls.note_run(pull.name, *run); !noted) return noted;
        auto notes = pull_notes(transaction, pull.name);
        if (!notes) return failure(notes.error());
        notes->retry = is_well ? std::nullopt : std::optional(ran.retry);
        if (is_well && notes->asked <= ran.begun) notes->asked.reset();
        if (auto noted = note(transaction, pull.name, *notes); !noted) return noted;
        fault_point("pull.before_end");
        if (is_well && counts.fetched == 0 && counts.removed == 0) return {};
        return append(transaction, event);
    });
}

}  // namespace consign::desk
