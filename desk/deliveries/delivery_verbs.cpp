#include "desk/deliveries/delivery_verbs.hpp"

#include <fmt/format.h>

#include <limits>

#include "desk/deliveries/delivery.hpp"
#include "desk/deliveries/target_trouble.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/site/end_job.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"
#include "policy/language/spelling.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using queue::Job;
using queue::JobId;
using targets::Trouble;

constexpr std::size_t page_jobs = 256;
/// In one transaction.
constexpr std::size_t page_retries = 100;
constexpr auto greatest_id = static_cast<std::size_t>(std::numeric_limits<JobId>::max());

/// What the rows of a listing say of a target, too.
struct Looked {
    std::shared_ptr<const policy::Policy> policy;
    std::map<std::string, Trouble, std::less<>> troubles;
    Timestamp now{};
};

struct Row {
    std::string_view state;
    std::string due, why;
};

Row row_of(const Looked& looked, const Job& job, bool renaming) {
    Row row{.state = renaming ? "renaming" : "waiting", .due = rfc3339(job.due), .why = job.why};
    if (job.dead) {
        row.state = "dead";
        return row;
    }
    const auto target = looked.policy->targets.find(job.lane);
    if (target == looked.policy->targets.end()) {
        row.state = "no such target";
        return row;
    }
    const auto trouble = looked.troubles.find(job.lane);
    if (trouble != looked.troubles.end()) {
        row.state = "target down";
        row.why = trouble->second.why;
        row.due = trouble->second.pinned.empty() ? rfc3339(trouble->second.retry) : std::string();
    } else if (const auto& at = target->second.at;
               !at.empty() && !policy::has_come(at, job.made, looked.now)) {
        row.state = "held";
        const auto next = policy::next(at, looked.now);
        row.due = next ? rfc3339(next->opens) : std::string();
    }
    return row;
}

/// Told where nothing is on its way there, too: a target that left the policy may have deliveries.
std::string no_such_target(const policy::Policy& policy, std::string_view target) {
    std::vector<std::string_view> known;
    for (const auto& [name, unused] : policy.targets) known.push_back(name);
    return fmt::format("the policy has no target {}{}", target, policy::suggestion(target, known));
}

asio::awaitable<Answered> list(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto target = arguments.text("target");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "deliveries list"); !recorded)
        co_return recorded;
    Looked looked{.policy = site.policy.current(), .troubles = {}, .now = site.clock.now()};
    const auto troubles = co_await site.store.read(
        [](Transaction& transaction) { return transaction.targets.troubles(); });
    if (!troubles) co_return storage_complaint(troubles.error());
    for (const Trouble& trouble : *troubles) looked.troubles.emplace(trouble.target, trouble);
    std::size_t rows = 0;
    for (JobId last = 0;;) {
        std::vector<std::optional<catalog::File>> files;
        const auto jobs =
            co_await site.store.read([&](Transaction& transaction) -> Result<std::vector<Job>> {
                auto page = transaction.queue.list(queue::Kind::deliver, last, page_jobs);
                if (!page) return page;
                files.clear();
                for (const Job& job : *page) {
                    const auto stream = transaction.catalog.stream_of(job.file);
                    if (!stream) return failure(stream.error());
                    auto file = transaction.catalog.file_of(*stream);
                    if (!file) return failure(file.error());
                    files.push_back(*std::move(file));
                }
                return page;
            });
        if (!jobs) co_return storage_complaint(jobs.error());
        if (jobs->empty()) break;
        for (std::size_t at = 0; at < jobs->size(); ++at) {
            const Job& job = (*jobs)[at];
            last = job.id;
            if (target && job.lane != *target) continue;
            const auto delivery = delivery_in(job.work);
            const Row row = row_of(looked, job, delivery && delivery->final);
            const auto& file = files[at];
            if (auto given = co_await call.rows.give(
                    {{"id", job.id},
                     {"target", job.lane},
                     {"state", row.state},
                     {"since", rfc3339(job.made)},
                     {"due", row.due},
                     {"attempts", job.attempts},
                     {"why", row.why},
                     {"bytes", file ? file->size_bytes : 0},
                     {"stream", file ? file->stream.hex() : std::string()}});
                !given)
                co_return storage_complaint(given.error());
            ++rows;
        }
    }
    if (target && rows == 0 && !looked.policy->targets.contains(*target))
        co_return complaint(no_such_target(*looked.policy, *target));
    co_return json::object{{"rows", rows}};
}

std::string no_such_delivery(JobId id) {
    return fmt::format("there is no delivery {}; `consign deliveries` shows those that are here",
                       id);
}

/// Nothing where it is no delivery, or none any more.
Result<std::optional<Job>> find(Transaction& transaction, JobId id) {
    auto job = transaction.queue.find(id);
    if (job && *job && (*job)->kind != queue::Kind::deliver) return std::nullopt;
    return job;
}

Result<> revive(Site& site, Transaction& transaction, const Job& job,
                const std::string& administrator) {
    if (auto revived = transaction.queue.revive(job.id, site.clock.now()); !revived) return revived;
    auto event = administrator_act(site, administrator, "deliveries retry");
    event.action = ledger::Action::job_revived;
    event.detail = fmt::format("delivery {} to {}", job.id, job.lane);
    return append(transaction, event);
}

/// How many: none where there is no such delivery.
asio::awaitable<Result<std::size_t>> retry_one(Site& site, JobId id, std::string administrator) {
    co_return co_await site.store.write([&](Transaction& transaction) -> Result<std::size_t> {
        const auto job = find(transaction, id);
        if (!job) return failure(job.error());
        if (!*job) return 0;
        if (auto hurried = hurry(site, transaction, (*job)->lane); !hurried)
            return failure(hurried.error());
        if (auto done = revive(site, transaction, **job, administrator); !done)
            return failure(done.error());
        return 1;
    });
}

/// The same for those of one page; `last`: the last id that was looked at, as before where there
/// are no more.
Result<std::size_t> retry_page(Site& site, Transaction& transaction, std::string_view target,
                               const std::string& administrator, JobId& last) {
    const auto jobs = transaction.queue.list(queue::Kind::deliver, last, page_retries);
    if (!jobs) return failure(jobs.error());
    std::size_t revived = 0;
    for (const Job& job : *jobs) {
        last = job.id;
        // Those that wait and have not failed need no word.
        if (job.lane != target || (!job.dead && job.attempts == 0)) continue;
        if (auto done = revive(site, transaction, job, administrator); !done)
            return failure(done.error());
        ++revived;
    }
    return revived;
}

/// A page in a transaction: others write in between.
asio::awaitable<Result<std::size_t>> retry_all_to(Site& site, std::string target,
                                                  std::string administrator) {
    const auto begun = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        if (auto hurried = hurry(site, transaction, target); !hurried) return hurried;
        auto event = administrator_act(site, administrator, "deliveries retry");
        event.detail = fmt::format("deliveries retry, all to {}", target);
        return append(transaction, event);
    });
    if (!begun) co_return failure(begun.error());
    std::size_t all = 0;
    for (JobId last = 0;;) {
        JobId at = last;
        const auto revived = co_await site.store.write([&](Transaction& transaction) {
            at = last;
            return retry_page(site, transaction, target, administrator, at);
        });
        if (!revived) co_return revived;
        if (at == last) co_return all;
        last = at;
        all += *revived;
    }
}

asio::awaitable<Answered> retry(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto id = arguments.number("id", greatest_id);
    const auto target = arguments.text("target");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (id.has_value() == target.has_value())
        co_return complaint(
            "which? give the number of one delivery, or --target for all to one target");
    Result<std::size_t> revived = 0;
    if (id)
        revived = co_await retry_one(site, static_cast<JobId>(*id), call.administrator);
    else
        revived = co_await retry_all_to(site, *target, call.administrator);
    if (!revived) co_return storage_complaint(revived.error());
    if (id && *revived == 0) co_return complaint(no_such_delivery(static_cast<JobId>(*id)));
    if (const auto policy = site.policy.current();
        target && *revived == 0 && !policy->targets.contains(*target))
        co_return complaint(no_such_target(*policy, *target));
    // Who delivers listens for jobs.
    site.store.work_bell().ring(queue::Kinds().set(static_cast<std::size_t>(queue::Kind::deliver)));
    co_return json::object{{"jobs", *revived}};
}

asio::awaitable<Answered> cancel(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto id = arguments.number("id", greatest_id);
    if (!id) arguments.complain("id", "the number of a delivery");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    bool is_unknown = false;
    std::vector<Id> doomed;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        doomed.clear();
        const auto job = find(transaction, static_cast<JobId>(*id));
        if (!job) return failure(job.error());
        is_unknown = !*job;
        if (is_unknown) return {};
        auto event = administrator_act(site, call.administrator, "deliveries cancel");
        event.action = ledger::Action::job_cancelled;
        event.detail = fmt::format("delivery {} to {}", (*job)->id, (*job)->lane);
        if (const auto stream = transaction.catalog.stream_of((*job)->file)) event.stream = *stream;
        if (auto ended = end_job(transaction, **job, doomed); !ended) return ended;
        return append(transaction, event);
    });
    if (!done) co_return storage_complaint(done.error());
    if (is_unknown) co_return complaint(no_such_delivery(static_cast<JobId>(*id)));
    co_await destroy(site, std::move(doomed));
    co_return json::object{{"jobs", 1}};
}

}  // namespace

VerbTable delivery_verbs(Site& site) {
    return {
        {"deliveries.list", [&site](VerbCall call) { return list(site, std::move(call)); }},
        {"deliveries.retry", [&site](VerbCall call) { return retry(site, std::move(call)); }},
        {"deliveries.cancel", [&site](VerbCall call) { return cancel(site, std::move(call)); }}};
}

}  // namespace consign::desk
