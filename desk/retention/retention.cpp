#include "desk/retention/retention.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/fault_point.hpp"
#include "desk/retention/clock_guard.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/retention/term_settling.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using catalog::FileId;
using terms::Settled;

namespace {

constexpr Literal account = "system:retention";

Result<bool> is_stale(Transaction& transaction, const policy::Policy& policy) {
    const auto in_force = is_in_force(transaction, policy);
    if (!in_force || !*in_force) return in_force;
    const auto current = transaction.terms.is_current(policy.terms);
    if (!current) return failure(current.error());
    if (!*current) return true;
    const auto files = transaction.terms.stale(1);
    if (!files) return failure(files.error());
    if (!files->empty()) return true;
    const auto subject = transaction.terms.stale_subject();
    if (!subject) return failure(subject.error());
    return subject->has_value();
}

/// Up to `limit` of its lives. How many it was.
Result<std::size_t> settle_subject(Transaction& transaction, const policy::Policy& policy,
                                   const terms::Terms::StaleSubject& stale, std::size_t limit,
                                   Timestamp now) {
    const auto lives = transaction.catalog.lives_about(stale.subject, stale.life, limit);
    if (!lives) return failure(lives.error());
    for (const auto& life : *lives)
        if (auto settled = settle_term(transaction, policy, life.file, now); !settled)
            return failure(settled.error());
    const auto up_to = lives->size() < limit ? std::nullopt : std::optional(lives->back().life);
    if (auto noted = transaction.terms.subject_settled(stale.subject, up_to); !noted)
        return failure(noted.error());
    return lives->size();
}

/// A bounded number of lives, of one subject or of several.
Result<> settle_subjects(Transaction& transaction, const policy::Policy& policy, Timestamp now) {
    for (std::size_t left = lives_settled_at_once; left > 0;) {
        const auto stale = transaction.terms.stale_subject();
        if (!stale) return failure(stale.error());
        if (!*stale) return {};
        const auto settled = settle_subject(transaction, policy, **stale, left, now);
        if (!settled) return failure(settled.error());
        left -= std::max<std::size_t>(*settled, 1);
    }
    return {};
}

Result<> settle_some(Transaction& transaction, const policy::Policy& policy, Timestamp now) {
    const auto in_force = is_in_force(transaction, policy);
    if (!in_force) return failure(in_force.error());
    if (!*in_force) return {};
    const auto current = transaction.terms.is_current(policy.terms);
    if (!current) return failure(current.error());
    if (!*current)
        if (auto begun = transaction.terms.begin_epoch(policy.terms); !begun) return begun;
    const auto files = transaction.terms.stale(settled_at_once);
    if (!files) return failure(files.error());
    for (const FileId file : *files)
        if (auto settled = settle_term(transaction, policy, file, now); !settled) return settled;
    return files->empty() ? settle_subjects(transaction, policy, now) : Result<>();
}

/// One transaction of endings.
class Ending {
  public:
    Ending(Site& site, Transaction& transaction, const policy::Policy& policy, Ended& ended,
           std::vector<Id>& doomed, Timestamp now)
        : site_(site),
          transaction_(transaction),
          policy_(policy),
          now_(now),
          ended_(ended),
          doomed_(doomed) {}

    Result<> look_at(FileId file) {
        const auto settled = transaction_.terms.find(file);
        if (!settled) return failure(settled.error());
        if (!*settled) return {};
        const auto is_settled = transaction_.terms.is_settled(file);
        if (!is_settled) return failure(is_settled.error());
        if (!*is_settled || !(*settled)->current) return leave_stale(**settled);
        const terms::Term& term = (*settled)->term;
        if (!term.due) return {};
        if (*term.due > now_) return look_later(file, term);
        const auto hold = transaction_.catalog.hold_on(file);
        if (!hold) return failure(hold.error());
        if (*hold) {
            ++ended_.held;
            return transaction_.terms.look_again(file, now_ + held_interval);
        }
        const auto busy = transaction_.queue.has_jobs_of(file);
        if (!busy) return failure(busy.error());
        if (*busy) {
            ++ended_.busy;
            return transaction_.terms.look_again(file, now_ + busy_interval);
        }
        return end(file, term);
    }

  private:
    /// An altered one is worked out again; one whose subject is stale is with all of that, and is
    /// looked at again then. Meanwhile it is in nobody's way.
    Result<> leave_stale(const Settled& settled) {
        ++ended_.stale;
        return settled.current ? transaction_.terms.look_again(settled.file, now_ + busy_interval)
                               : transaction_.terms.mark_stale(settled.file);
    }

    /// A term that tells a life is looked at day by day in its last month.
    Result<> look_later(FileId file, const terms::Term& term) {
        const auto first = terms::first_look(term);
        const Timestamp tomorrow = now_ + std::chrono::days(1);
        return transaction_.terms.look_again(
            file, *first > now_ ? *first : std::min(*term.due, tomorrow));
    }

    Result<> end(FileId file, const terms::Term& term) {
        const auto names = transaction_.catalog.end_names(file);
        if (!names) return failure(names.error());
        const auto stream = transaction_.catalog.doom(file);
        if (!stream && stream.error() == catalog::catalog_errc::no_such_file)
            return try_again(file);
        if (!stream) return failure(stream.error());
        if (auto looked = transaction_.terms.look_again(file, now_ + held_interval); !looked)
            return looked;
        for (const auto& name : *names) {
            auto event = system_event(site_, ledger::Action::expired, account);
            event.policy = policy_.hash;
            event.stream = *stream;
            event.rule = term.rule;
            event.detail = fmt::format("class {}: {}, due {}", term.class_name, term.why,
                                       term.tells_a_life ? "by now" : rfc3339(*term.due));
            if (name) event.personal.path = std::string(name->text());
            if (auto appended = append(transaction_, event); !appended) return appended;
        }
        doomed_.push_back(*stream);
        ++ended_.destroyed;
        return {};
    }

    /// It is doomed, and should have been destroyed long since: the disk did not let it.
    Result<> try_again(FileId file) {
        if (const auto doomed = transaction_.catalog.file(file)) doomed_.push_back(doomed->stream);
        return transaction_.terms.look_again(file, now_ + held_interval);
    }

    Site& site_;
    Transaction& transaction_;
    const policy::Policy& policy_;
    const Timestamp now_;
    Ended& ended_;
    std::vector<Id>& doomed_;
};

/// What is due at `now`, which is the time that the guard of the clock believed.
asio::awaitable<Result<Ended>> end_all(Site& site, std::vector<FileId> files, Timestamp now) {
    Ended ended{.looked_at = files.size()};
    std::vector<Id> doomed;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        ended = {.looked_at = files.size()};
        doomed.clear();
        const auto policy = site.policy.current();
        const auto current = transaction.terms.is_current(policy->terms);
        if (!current) return failure(current.error());
        const auto believed = is_believed(transaction, *policy, now);
        if (!believed) return failure(believed.error());
        const auto in_force = is_in_force(transaction, *policy);
        if (!in_force) return failure(in_force.error());
        ended.clock_is_doubted = !*believed;
        ended.policy_is_not_in_force = !*in_force;
        if (!*in_force) return {};
        if (!*current || !*believed) return {};
        Ending ending(site, transaction, *policy, ended, doomed, now);
        for (const FileId file : files)
            if (auto looked = ending.look_at(file); !looked) return looked;
        fault_point("retention.ending");
        return {};
    });
    if (!done) co_return failure(done.error());
    fault_point("retention.doomed");
    co_await destroy(site, std::move(doomed));
    fault_point("retention.ended");
    co_return ended;
}

}  // namespace

Result<bool> is_in_force(Transaction& transaction, const policy::Policy& policy) {
    const auto versions = transaction.documents.versions(1);
    if (!versions) return failure(versions.error());
    return versions->empty() || versions->front().hash == policy.hash;
}

asio::awaitable<Result<bool>> settle_stale(Site& site) {
    const auto policy = site.policy.current();
    const auto stale = co_await site.store.read(
        [&](Transaction& transaction) { return is_stale(transaction, *policy); });
    if (!stale || !*stale) co_return stale;
    fault_point("retention.settling");
    const auto settled = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        // Another policy may have come into force since: its terms count.
        const auto in_force = site.policy.current();
        if (auto done = settle_some(transaction, *in_force, site.clock.now()); !done) return done;
        fault_point("retention.settling_some");
        return {};
    });
    if (!settled) co_return failure(settled.error());
    fault_point("retention.settled");
    co_return true;
}

asio::awaitable<Result<bool>> settle_all(Site& site, std::size_t steps) {
    for (; steps > 0; --steps) {
        const auto more = co_await settle_stale(site);
        if (!more) co_return more;
        if (!*more) co_return true;
    }
    co_return false;
}

asio::awaitable<Result<Ended>> end_due(Site& site) {
    const Timestamp now = site.clock.now();
    const auto believed = co_await believe_clock(site, now);
    if (!believed) co_return failure(believed.error());
    if (!*believed) co_return Ended{.clock_is_doubted = true};
    auto files = co_await site.store.read(
        [&](Transaction& transaction) { return transaction.terms.to_look_at(now, ended_at_once); });
    if (!files) co_return failure(files.error());
    if (files->empty()) co_return Ended{};
    fault_point("retention.looked");
    co_return co_await end_all(site, std::move(*files), now);
}

asio::awaitable<Result<Ended>> end_if_due(Site& site, std::vector<FileId> files) {
    const Timestamp now = site.clock.now();
    const auto believed = co_await believe_clock(site, now);
    if (!believed) co_return failure(believed.error());
    if (!*believed) co_return Ended{.clock_is_doubted = true};
    co_return co_await end_all(site, std::move(files), now);
}

}  // namespace consign::desk
