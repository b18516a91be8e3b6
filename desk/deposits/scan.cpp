#include "desk/deposits/scan.hpp"

#include <algorithm>

#include "base/fault_point.hpp"
#include "desk/deposits/carry_out.hpp"
#include "desk/deposits/depositor.hpp"
#include "desk/deposits/keeping.hpp"
#include "desk/deposits/quarantine.hpp"
#include "desk/deposits/router.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/site/alarm.hpp"
#include "desk/site/end_job.hpp"
#include "desk/site/system_event.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/queue/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using catalog::Standing;

namespace {

constexpr std::size_t signature_limit_bytes = 64;

std::string trouble_of(const std::string& scanner) {
    return "scanner:" + scanner;
}

/// Of the file: the one that waits; its path.
struct Waiting {
    catalog::Entry entry;
    VirtualPath path;
};
Result<std::optional<Waiting>> waiting_name(Transaction& transaction, catalog::FileId file) {
    const auto names = transaction.catalog.names_of(file);
    if (!names) return failure(names.error());
    const auto name = std::ranges::find(*names, Standing::unscanned, &catalog::Entry::standing);
    if (name == names->end()) return std::nullopt;
    auto path = transaction.catalog.path_of(name->node);
    if (!path) return failure(path.error());
    return Waiting{*name, *std::move(path)};
}

Result<> raise_scanner_alarm(Site& site, Transaction& transaction, const std::string& scanner,
                             bool mended) {
    const auto policy = site.policy.current();
    return raise_alarm(
        site, transaction, *policy, router_account,
        {.what = "scanner_gone", .alerts = policy->alert, .subject = scanner, .mended = mended});
}

/// One transaction of what becomes of a file that was scanned.
class Settling {
  public:
    Settling(Site& site, const queue::Job& job, const Unscanned& what, const ScanVerdict& verdict,
             const Appraisal& appraisal, Aftermath& aftermath)
        : site_(site),
          job_(job),
          what_(what),
          verdict_(verdict),
          appraisal_(appraisal),
          order_(ScanOrder::parse(job.work)),
          aftermath_(aftermath),
          policy_(site.policy.current()) {}

    Result<> run(Transaction& transaction) {
        const auto waiting = waiting_name(transaction, job_.file);
        if (!waiting) return failure(waiting.error());
        if (verdict_.kind != ScanVerdict::Kind::not_asked)
            if (auto told = answered(transaction); !told) return told;
        if (*waiting) {
            if ((*waiting)->path != what_.offer.whole) return failure(appraisal_outdated);
            const auto refusal = why_not();
            const auto done =
                refusal ? put_away(transaction, **waiting, *refusal) : pass(transaction, **waiting);
            if (!done) return done;
        }
        fault_point("scan.in_transaction");
        return end_job(transaction, job_, aftermath_.doomed);
    }

  private:
    struct Refusal {
        catalog::Cause cause;
        std::string why;
        Literal alarm;
    };
    [[nodiscard]] std::optional<Refusal> why_not() const {
        switch (verdict_.kind) {
            case ScanVerdict::Kind::infected:
                return Refusal{catalog::Cause::infected,
                               "infected: " + signature_told(verdict_.signature),
                               "infected_deposit"};
            case ScanVerdict::Kind::too_large:
                return Refusal{catalog::Cause::unscannable, "too large to scan",
                               "unscannable_deposit"};
            case ScanVerdict::Kind::clean:
            case ScanVerdict::Kind::not_asked:
                break;
        }
        // No route would see it, nor ask for its scan.
        if (!depositor_in(*policy_, what_.offer.account))
            return Refusal{catalog::Cause::withdrawn, "its account is no longer in the policy",
                           "withdrawn_deposit"};
        return std::nullopt;
    }
    [[nodiscard]] ledger::Event event_of(ledger::Action action, std::string detail) const {
        auto event = system_event(site_, action, router_account);
        event.session = order_.session;
        event.protocol = order_.protocol;
        event.stream = what_.offer.file.stream;
        event.bytes = what_.offer.file.size_bytes;
        event.personal.path = std::string(what_.offer.whole.text());
        event.personal.sha256 = to_hex(what_.offer.file.sha256);
        event.rule = what_.scanner.rule.text();
        event.detail = std::move(detail);
        return event;
    }
    [[nodiscard]] Result<> answered(Transaction& transaction) {
        const auto was_gone = transaction.queue.end_trouble(trouble_of(what_.scanner.text));
        if (!was_gone) return failure(was_gone.error());
        return *was_gone ? raise_scanner_alarm(site_, transaction, what_.scanner.text, true)
                         : Result<>();
    }

    [[nodiscard]] Result<> pass(Transaction& transaction, const Waiting& waiting) {
        const VirtualPath& whole = waiting.path;
        if (verdict_.kind == ScanVerdict::Kind::clean) {
            if (auto marked = transaction.catalog.mark_scanned(job_.file, site_.clock.now());
                !marked)
                return marked;
        } else if (scanner_for(*policy_, appraisal_)) {
            return failure(appraisal_outdated);
        }
        if (auto holds = check_still_holds(transaction, appraisal_, *policy_, whole); !holds)
            return holds;
        const bool complete = order_.as_it_is || appraisal_.missing.empty();
        const bool waits = !complete && !order_.continues;
        const auto named = transaction.catalog.rename(
            whole, whole, true, waits ? Standing::waiting : Standing::deposited,
            waiting.entry.created);
        if (!named) return failure(named.error());
        auto event = event_of(ledger::Action::scanned,
                              verdict_.kind == ScanVerdict::Kind::clean
                                  ? "clean"
                                  : "not scanned: the policy asks for no scanner any more");
        if (!complete) event.detail += waits ? ": " + appraisal_.words() : ": no route fires";
        if (auto appended = append(transaction, event); !appended) return appended;
        event.action = ledger::Action::deposited;
        event.account = what_.offer.account;
        event.rule = appraisal_.routing ? appraisal_.routing->rule.text() : std::string();
        if (complete)
            if (auto done = deposit(transaction, *named, event); !done) return done;
        return complete_waiting(site_, transaction, appraisal_, event, aftermath_);
    }

    /// From now on it is one for everybody: who expects it counts this event, and not the first.
    [[nodiscard]] Result<> deposit(Transaction& transaction, const catalog::Committed& named,
                                   const ledger::Event& event) {
        if (auto appended = append(transaction, event); !appended) return appended;
        return carry_out(site_, transaction, appraisal_, named, event, aftermath_);
    }

    [[nodiscard]] Result<> put_away(Transaction& transaction, const Waiting& waiting,
                                    const Refusal& refusal) {
        auto event = event_of(ledger::Action::scanned, refusal.why);
        if (verdict_.kind == ScanVerdict::Kind::clean) {
            if (auto marked = mark_clean(transaction, event); !marked) return marked;
        } else if (refusal.cause != catalog::Cause::withdrawn) {
            event.outcome = ledger::Outcome::failed;
            if (auto appended = append(transaction, event); !appended) return appended;
            event.outcome = ledger::Outcome::granted;
        }
        const auto name = put_into_quarantine(transaction, *policy_,
                                              {.file = job_.file,
                                               .why = {.account = what_.offer.account,
                                                       .was = what_.offer.whole,
                                                       .cause = refusal.cause,
                                                       .why = refusal.why,
                                                       .rule = event.rule,
                                                       .since = event.time}},
                                              event);
        if (!name) return failure(name.error());
        if (name->path != waiting.path) note_moved(waiting, *name, event.time);
        if (auto kept = keep(transaction, event); !kept) return kept;
        return raise_alarm(site_, transaction, *policy_, router_account,
                           {.what = refusal.alarm,
                            .alerts = whom_to_tell(),
                            .rule = event.rule,
                            .streams = {what_.offer.file.stream},
                            .counts = {{"bytes", what_.offer.file.size_bytes}}});
    }
    /// Its depositor may ask for it by the old name a while.
    void note_moved(const Waiting& waiting, const Name& name, Timestamp now) {
        aftermath_.moved.push_back({.account = what_.offer.account,
                                    .whole = waiting.path,
                                    .file = job_.file,
                                    .node = name.node,
                                    .size_bytes = what_.offer.file.size_bytes,
                                    .modified = waiting.entry.modified,
                                    .moved = now});
    }
    [[nodiscard]] Result<> mark_clean(Transaction& transaction, ledger::Event event) {
        if (auto marked = transaction.catalog.mark_scanned(job_.file, site_.clock.now()); !marked)
            return marked;
        event.detail = "clean";
        return append(transaction, event);
    }
    /// As what its route would have made of it: for its term, and under the holds that bind it.
    [[nodiscard]] Result<> keep(Transaction& transaction, ledger::Event event) {
        if (auto kept = keep_as_routed(transaction, appraisal_, job_.file, {}, event.time); !kept)
            return kept;
        if (!appraisal_.routing || !appraisal_.routing->retention_class) return {};
        event.action = ledger::Action::routed;
        event.rule = appraisal_.routing->rule.text();
        event.detail = "class: " + appraisal_.routing->retention_class->name;
        return append(transaction, event);
    }
    /// The site's, and those of the route that would have taken it.
    [[nodiscard]] const std::vector<std::string>& whom_to_tell() {
        alerts_ = policy_->alert;
        const policy::Route* route = appraisal_.policy == policy_ && appraisal_.routing
                                         ? appraisal_.routing->route
                                         : nullptr;
        if (route)
            for (const std::string& name : route->alert)
                if (std::ranges::find(alerts_, name) == alerts_.end()) alerts_.push_back(name);
        return alerts_;
    }

    Site& site_;
    const queue::Job& job_;
    const Unscanned& what_;
    const ScanVerdict& verdict_;
    const Appraisal& appraisal_;
    const ScanOrder order_;
    Aftermath& aftermath_;
    std::shared_ptr<const policy::Policy> policy_;
    std::vector<std::string> alerts_;
};

asio::awaitable<Result<>> end_without_effect(Site& site, const queue::Job& job) {
    std::vector<Id> doomed;
    const auto ended = co_await site.store.write(
        [&](Transaction& transaction) { return end_job(transaction, job, doomed); });
    if (ended) co_await destroy(site, std::move(doomed));
    if (!ended && ended.error() == queue::queue_errc::no_such_job) co_return Result<>{};
    co_return ended;
}

asio::awaitable<Result<std::optional<Offer>>> offer_of(Site& site, const queue::Job& job) {
    const auto waiting = co_await site.store.read(
        [&](Transaction& transaction) { return waiting_name(transaction, job.file); });
    if (!waiting) co_return failure(waiting.error());
    if (!*waiting) co_return std::nullopt;
    co_return Offer{.account = (*waiting)->entry.made_by,
                    .whole = (*waiting)->path,
                    .file = *(*waiting)->entry.file,
                    .time = job.made,
                    .kept_from = ScanOrder::parse(job.work).kept_from};
}

}  // namespace

std::string signature_told(std::string_view signature) {
    const bool is_plain = !signature.empty() && signature.size() <= signature_limit_bytes &&
                          std::ranges::all_of(signature, [](char byte) {
                              return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                                     (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' ||
                                     byte == '-';
                          });
    return is_plain ? std::string(signature) : std::string("a signature");
}

asio::awaitable<Result<std::optional<Unscanned>>> unscanned_of(Site& site, const queue::Job& job) {
    auto offer = co_await offer_of(site, job);
    if (!offer) co_return failure(offer.error());
    if (!*offer) {
        if (auto ended = co_await end_without_effect(site, job); !ended)
            co_return failure(ended.error());
        co_return std::nullopt;
    }
    Unscanned what{.offer = **offer};
    const auto policy = site.policy.current();
    if (policy->scan) {
        what.scanner = *policy->scan;
        co_return what;
    }
    const auto appraisal = co_await appraise(site, what.offer, ScanOrder::parse(job.work).passage);
    if (!appraisal) co_return failure(appraisal.error());
    const policy::Scanner* scanner = scanner_for(*appraisal->policy, *appraisal);
    what.is_asked_for = scanner != nullptr;
    if (scanner) what.scanner = *scanner;
    co_return what;
}

asio::awaitable<Result<>> settle_scan(Site& site, queue::Job job, Unscanned what,
                                      ScanVerdict verdict) {
    const auto passage = ScanOrder::parse(job.work).passage;
    const bool passes =
        verdict.kind == ScanVerdict::Kind::clean || verdict.kind == ScanVerdict::Kind::not_asked;
    for (int round = 0; round < appraisals_limit; ++round) {
        auto appraisal = co_await appraise(site, what.offer, passage);
        // What is put away need not be understood.
        if (!appraisal && passes) co_return failure(appraisal.error());
        if (!appraisal) appraisal = Appraisal{};
        Aftermath aftermath;
        fault_point("scan.appraised");
        const auto done = co_await site.store.write([&](Transaction& transaction) {
            return Settling(site, job, what, verdict, *appraisal, aftermath).run(transaction);
        });
        fault_point("scan.written");
        if (done) {
            co_await conclude(site, std::move(aftermath));
            co_return done;
        }
        if (done.error() == queue::queue_errc::no_such_job) co_return Result<>{};
        if (done.error() != appraisal_outdated) co_return done;
        auto offer = co_await offer_of(site, job);
        if (!offer) co_return failure(offer.error());
        if (*offer) what.offer = **offer;
    }
    co_return failure(std::errc::resource_unavailable_try_again);
}

asio::awaitable<Result<>> wait_for_scanner(Site& site, queue::JobId job, std::string scanner,
                                           Timestamp due) {
    fault_point("scan.gone");
    auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        if (auto waits = transaction.queue.wait_until(job, due); !waits) return waits;
        const auto is_new = transaction.queue.begin_trouble(trouble_of(scanner), site.clock.now());
        if (!is_new) return failure(is_new.error());
        return *is_new ? raise_scanner_alarm(site, transaction, scanner, false) : Result<>();
    });
    if (!done && done.error() == queue::queue_errc::no_such_job) co_return Result<>{};
    co_return done;
}

}  // namespace consign::desk
