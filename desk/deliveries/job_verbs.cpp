#include "desk/deliveries/job_verbs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "desk/retention/disposal.hpp"
#include "desk/site/end_job.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using queue::Job;
using queue::JobId;

constexpr std::size_t page_jobs = 256;
constexpr std::size_t revived_at_once = 100;        // in one transaction
constexpr std::size_t revived_by_kind = 1'000'000;  // by one call; what is more stays dead
constexpr auto greatest_id = static_cast<std::size_t>(std::numeric_limits<JobId>::max());
constexpr std::string_view kinds_expected = "alert, acknowledge, scan or deliver";

json::object job_row(const Job& job, const Id& stream) {
    return {{"id", job.id},
            {"kind", queue::name_of(job.kind)},
            {"lane", job.lane},
            {"state", job.dead ? "dead" : "waiting"},
            {"made", rfc3339(job.made)},
            {"due", rfc3339(job.due)},
            {"attempts", job.attempts},
            {"why", job.why},
            {"stream", stream.is_nil() ? std::string() : stream.hex()}};
}

std::string no_such_job(JobId id) {
    return fmt::format("there is no job {}; `consign jobs list` shows those that are here", id);
}

asio::awaitable<Answered> list(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto kind = arguments.parsed("kind", queue::kind_named, kinds_expected);
    const bool dead_alone = arguments.flag("dead");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "jobs list"); !recorded)
        co_return recorded;
    std::size_t rows = 0;
    for (JobId last = 0;;) {
        std::vector<Id> streams;
        const auto jobs =
            co_await site.store.read([&](Transaction& transaction) -> Result<std::vector<Job>> {
                auto page = transaction.queue.list(kind, last, page_jobs);
                if (!page) return page;
                streams.clear();
                for (const Job& job : *page) {
                    const auto stream =
                        job.file == 0 ? Result<Id>(Id()) : transaction.catalog.stream_of(job.file);
                    if (!stream) return failure(stream.error());
                    streams.push_back(*stream);
                }
                return page;
            });
        if (!jobs) co_return storage_complaint(jobs.error());
        if (jobs->empty()) break;
        for (std::size_t at = 0; at < jobs->size(); ++at) {
            const Job& job = (*jobs)[at];
            last = job.id;
            if (dead_alone && !job.dead) continue;
            if (auto given = co_await call.rows.give(job_row(job, streams[at])); !given)
                co_return storage_complaint(given.error());
            ++rows;
        }
    }
    co_return json::object{{"rows", rows}};
}

/// With an event for each.
Result<> revive(Site& site, Transaction& transaction, const Job& job,
                const std::string& administrator) {
    if (auto revived = transaction.queue.revive(job.id, site.clock.now()); !revived) return revived;
    auto event = administrator_act(site, administrator, "jobs retry");
    event.action = ledger::Action::job_revived;
    event.detail = fmt::format("job {}: {}", job.id, queue::name_of(job.kind));
    return append(transaction, event);
}

/// All that have failed for good by now, of one kind, or of all. How many; those before an error
/// are revived.
asio::awaitable<Result<std::size_t>> revive_dead(Site& site, std::optional<queue::Kind> kind,
                                                 std::string administrator) {
    std::size_t revived = 0;
    for (const queue::Kind one : queue::all_kinds) {
        if (kind && *kind != one) continue;
        // Read once: one that dies again meanwhile does not come again.
        const auto dead = co_await site.store.read(
            [&](Transaction& transaction) { return transaction.queue.dead(one, revived_by_kind); });
        if (!dead) co_return failure(dead.error());
        for (std::size_t from = 0; from < dead->size(); from += revived_at_once) {
            const auto page = std::span(*dead).subspan(from).first(
                std::min(revived_at_once, dead->size() - from));
            std::size_t here = 0;
            const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
                for (const JobId id : page) {
                    const auto job = transaction.queue.find(id);
                    if (!job) return failure(job.error());
                    if (!*job || !(*job)->dead) continue;
                    if (auto done = revive(site, transaction, **job, administrator); !done)
                        return done;
                    ++here;
                }
                return {};
            });
            if (!done) co_return failure(done.error());
            revived += here;
        }
    }
    co_return revived;
}

asio::awaitable<Answered> retry(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto id = arguments.number("id", greatest_id);
    const bool dead = arguments.flag("dead");
    const auto kind = arguments.parsed("kind", queue::kind_named, kinds_expected);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (id.has_value() == dead || (id && kind))
        co_return complaint(
            "which? give the number of one job, or --dead for all that have failed "
            "for good, which --kind may narrow");
    if (dead) {
        const auto revived = co_await revive_dead(site, kind, call.administrator);
        if (!revived) co_return storage_complaint(revived.error());
        co_return json::object{{"jobs", *revived}};
    }
    bool is_unknown = false;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto job = transaction.queue.find(static_cast<JobId>(*id));
        if (!job) return failure(job.error());
        is_unknown = !*job;
        if (is_unknown) return {};
        return revive(site, transaction, **job, call.administrator);
    });
    if (!done) co_return storage_complaint(done.error());
    if (is_unknown) co_return complaint(no_such_job(static_cast<JobId>(*id)));
    co_return json::object{{"jobs", 1}};
}

asio::awaitable<Answered> cancel(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto id = arguments.number("id", greatest_id);
    if (!id) arguments.complain("id", "the number of a job");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    std::string why_not;
    std::vector<Id> doomed;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto job = transaction.queue.find(static_cast<JobId>(*id));
        if (!job) return failure(job.error());
        if (!*job) {
            why_not = no_such_job(static_cast<JobId>(*id));
            return {};
        }
        if ((*job)->kind == queue::Kind::scan) {
            why_not = fmt::format(
                "job {} takes a deposit to the virus scanner, and nothing passes unscanned; to be "
                "rid of the deposit: consign quarantine reject",
                (*job)->id);
            return {};
        }
        if (auto ended = end_job(transaction, **job, doomed); !ended) return ended;
        auto event = administrator_act(site, call.administrator, "jobs cancel");
        event.action = ledger::Action::job_cancelled;
        event.detail = fmt::format("job {}: {}", (*job)->id, queue::name_of((*job)->kind));
        return append(transaction, event);
    });
    if (!done) co_return storage_complaint(done.error());
    if (!why_not.empty()) co_return complaint(std::move(why_not));
    co_await destroy(site, std::move(doomed));
    co_return json::object{{"jobs", 1}};
}

}  // namespace

VerbTable job_verbs(Site& site) {
    return {{"jobs.list", [&site](VerbCall call) { return list(site, std::move(call)); }},
            {"jobs.retry", [&site](VerbCall call) { return retry(site, std::move(call)); }},
            {"jobs.cancel", [&site](VerbCall call) { return cancel(site, std::move(call)); }}};
}

}  // namespace consign::desk
