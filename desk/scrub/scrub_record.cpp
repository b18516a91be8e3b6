#include "desk/scrub/scrub_record.hpp"

#include <fmt/format.h>

#include "desk/site/alarm.hpp"
#include "desk/site/system_event.hpp"

namespace consign::desk {

namespace {

Result<> raise(Site& site, Transaction& transaction, Alarm alarm) {
    const auto policy = site.policy.current();
    alarm.alerts = policy->alert;
    return raise_alarm(site, transaction, *policy, scrub_account, alarm);
}

Result<> record_damage(Site& site, Transaction& transaction, scrub::Pass& pass,
                       const ScrubFinding& finding) {
    const auto is_kept = transaction.scrub.is_kept(finding.file.file);
    if (!is_kept) return failure(is_kept.error());
    if (!*is_kept) return {};
    auto event = system_event(site, ledger::Action::altered_content_found, scrub_account);
    const auto is_new = transaction.scrub.note(finding.file, *finding.damage, event.time);
    if (!is_new) return failure(is_new.error());
    if (!*is_new) return {};
    ++pass.found;
    event.outcome = ledger::Outcome::failed;
    event.stream = finding.file.stream;
    event.detail = fmt::format("scrub: {}", scrub::name_of(*finding.damage));
    return append(transaction, event);
}

Result<> record_whole(Site& site, Transaction& transaction, scrub::Pass& pass,
                      const scrub::Candidate& file) {
    const auto was_damaged = transaction.scrub.clear(file.file);
    if (!was_damaged) return failure(was_damaged.error());
    if (!*was_damaged) return {};
    ++pass.mended;
    auto event = system_event(site, ledger::Action::content_mended, scrub_account);
    event.stream = file.stream;
    event.detail = "scrub: whole again";
    return append(transaction, event);
}

}  // namespace

Result<> record_findings(Site& site, Transaction& transaction, scrub::Pass& pass,
                         const std::vector<ScrubFinding>& findings) {
    for (const ScrubFinding& finding : findings) {
        const auto done = finding.damage ? record_damage(site, transaction, pass, finding)
                                         : record_whole(site, transaction, pass, finding.file);
        if (!done) return done;
    }
    return {};
}

Result<> tell_of_damage(Site& site, Transaction& transaction, scrub::Pass& pass, bool is_end) {
    const auto untold = transaction.scrub.untold(Alarm::streams_limit);
    if (!untold) return failure(untold.error());
    if (untold->counts.empty()) return {};
    if (!is_end && site.clock.now() - untold->since < scrub_alarm_interval) return {};
    Alarm alarm{.what = "content_damaged", .alerts = {}, .streams = untold->streams};
    for (const auto& [damage, count] : untold->counts)
        alarm.counts.emplace(scrub::name_of(damage), count);
    if (auto raised = raise(site, transaction, std::move(alarm)); !raised) return raised;
    pass.damage_told = true;
    return transaction.scrub.mark_told();
}

Result<> end_pass(Site& site, Transaction& transaction, scrub::Pass& pass) {
    if (auto forgotten = transaction.scrub.forget_gone(); !forgotten) return forgotten;
    if (auto told = tell_of_damage(site, transaction, pass, true); !told) return told;
    const auto damaged = transaction.scrub.damaged_count();
    if (!damaged) return failure(damaged.error());
    if (pass.damage_told && *damaged == 0) {
        if (auto raised =
                raise(site, transaction, {.what = "content_damaged", .alerts = {}, .mended = true});
            !raised)
            return raised;
        pass.damage_told = false;
    }
    if (pass.stop_told) {
        if (auto raised =
                raise(site, transaction, {.what = "scrub_stopped", .alerts = {}, .mended = true});
            !raised)
            return raised;
        pass.stop_told = false;
    }
    auto event = system_event(site, ledger::Action::scrub_ended, scrub_account);
    event.bytes = pass.bytes;
    event.detail = fmt::format("pass {}: {} files, {} found damaged, {} mended, {} damaged in all",
                               pass.number, pass.files, pass.found, pass.mended, *damaged);
    pass.state = scrub::State::resting;
    pass.ended = event.time;
    if (auto kept = transaction.scrub.keep(pass); !kept) return kept;
    return append(transaction, event);
}

Result<> stop_pass(Site& site, Transaction& transaction, scrub::Pass& pass, std::size_t missing) {
    auto event = system_event(site, ledger::Action::scrub_stopped, scrub_account);
    event.outcome = ledger::Outcome::failed;
    event.detail = fmt::format("pass {}: {} files in a row cannot be read", pass.number, missing);
    pass.state = scrub::State::stopped;
    pass.ended = event.time;
    if (!pass.stop_told) {
        if (auto raised =
                raise(site, transaction,
                      {.what = "scrub_stopped", .alerts = {}, .counts = {{"in_a_row", missing}}});
            !raised)
            return raised;
        pass.stop_told = true;
    }
    if (auto kept = transaction.scrub.keep(pass); !kept) return kept;
    return append(transaction, event);
}

}  // namespace consign::desk
