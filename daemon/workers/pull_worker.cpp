#include "daemon/workers/pull_worker.hpp"

#include <algorithm>

#include "base/fault_point.hpp"
#include "base/offload.hpp"
#include "daemon/workers/delivery/errc.hpp"
#include "daemon/workers/target_failure.hpp"
#include "desk/deliveries/pull_schedule.hpp"
#include "desk/deliveries/target_trouble.hpp"
#include "policy/decide.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
using delivery::delivery_errc;
using delivery::FarEnd;
using desk::FarName;
using desk::PullCounts;
using pulls::Fetched;
using pulls::NameIndex;

namespace {

/// Of a pull that fails: it stays due.
constexpr Backoff pull_backoff{.first = std::chrono::minutes(1), .most = std::chrono::hours(1)};

/// Not what somebody over there is still writing under a name of its own, nor what no name can be.
bool is_wanted(const policy::Policy& policy, const std::string& name) {
    if (name.starts_with('.') || name.contains('/')) return false;
    const auto path = VirtualPath::parse(name);
    return path && path->name() == name && !policy::is_temporary_name(policy, name);
}

bool is_as_listed(const delivery::FarFile& file, const FarName& name) {
    return Fetched{.size_bytes = file.size_bytes, .modified = file.modified} == name.facts;
}

/// A file of the far folder that is not here yet, or is here and to be removed there.
struct Pending {
    FarName name;
    NameIndex index{};
    bool is_here = false;
};

/// Those that have ended a run, behind all others; the last one last.
void put_last(std::vector<Pending>& pending, const std::vector<NameIndex>& ended_runs) {
    std::ranges::sort(pending, {}, [&](const Pending& one) {
        const auto found = std::ranges::find(ended_runs, one.index);
        const auto place = found == ended_runs.end() ? 0 : 1 + (found - ended_runs.begin());
        return std::pair(place, std::string_view(one.name.name));
    });
}

}  // namespace

PullWorker::PullWorker(const asio::any_io_executor& strand, desk::Site& site,
                       std::shared_ptr<delivery::FarEnds> far_ends,
                       std::chrono::milliseconds settling)
    : strand_(strand),
      site_(site),
      far_ends_(std::move(far_ends)),
      settling_(settling),
      tasks_(strand),
      timer_(strand) {}

asio::awaitable<void> PullWorker::run() {
    while (!stopping_) {
        co_await begin_due();
        if (stopping_) break;
        timer_.expires_after(longest_wait);
        boost::system::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    co_await tasks_.all_ended();
}

void PullWorker::stop() {
    stopping_ = true;
    far_ends_->stop().ask();
    timer_.cancel();
}

asio::awaitable<void> PullWorker::work_off() {
    co_await begin_due();
    co_await tasks_.all_ended();
}

asio::awaitable<void> PullWorker::begin_due() {
    if (tasks_.running() >= at_once_limit) co_return;
    const auto policy = site_.policy.current();
    const Timestamp now = site_.clock.now();
    struct Looked {
        const policy::Pull* pull = nullptr;
        const policy::Target* target = nullptr;
        std::optional<pulls::Run> run;
        std::optional<targets::Trouble> trouble;
        desk::PullNotes notes;
        Timestamp due_since{};
    };
    const auto busy = in_progress_;  // the look is made on another thread
    const auto looked =
        co_await site_.store.read([&](Transaction& transaction) -> Result<std::vector<Looked>> {
            std::vector<Looked> all;
            for (const policy::Pull& pull : policy->pulls) {
                const auto target = policy->targets.find(pull.target);
                if (target == policy->targets.end() || busy.contains(pull.name)) continue;
                const auto run = transaction.pulls.run(pull.name);
                if (!run) return failure(run.error());
                const auto trouble = transaction.targets.trouble(pull.target);
                if (!trouble) return failure(trouble.error());
                const auto notes = desk::pull_notes(transaction, pull.name);
                if (!notes) return failure(notes.error());
                all.push_back({.pull = &pull,
                               .target = &target->second,
                               .run = *run,
                               .trouble = *trouble,
                               .notes = *notes});
            }
            return all;
        });
    if (!looked) {
        site_.log.error("pulls could not be looked at", {{"why", looked.error()}});
        co_return;
    }
    std::vector<Looked> due;
    for (const Looked& one : *looked) {
        const policy::Pull& pull = *one.pull;
        // It ran at a time that is still to come: the clock was put back.
        const bool was_put_back = one.run && one.run->last > now;
        const bool is_due = one.notes.asked || desk::is_due(pull, one.run, now);
        if (was_put_back || (!one.run && !is_due)) {
            // From now on its times count, also those at which the daemon does not run.
            pulls::Run begins = one.run.value_or(pulls::Run{});
            begins.last = now;
            const auto noted = co_await site_.store.write([&](Transaction& transaction) {
                return transaction.pulls.note_run(pull.name, begins);
            });
            if (!noted) site_.log.error("a pull could not be noted", {{"why", noted.error()}});
            if (!one.notes.asked) continue;
        }
        if (!is_due || is_resting(pull.name, one.notes.asked, policy->hash, now)) continue;
        if (one.trouble && !desk::may_connect(*one.trouble, *one.target, now)) continue;
        due.push_back(one);
        due.back().due_since =
            due_since(pull.name, one.notes.asked.value_or(desk::due_since(pull, one.run, now)),
                      one.trouble, now);
    }
    std::ranges::sort(due, {},
                      [](const Looked& one) { return std::pair(one.due_since, one.pull); });
    for (const Looked& one : due) {
        if (stopping_ || tasks_.running() >= at_once_limit) co_return;
        in_progress_.insert(one.pull->name);
        tasks_.start(pull_once(*one.pull, *one.target, one.notes.asked));
    }
}

/// It failed, and nobody has asked for it, or given another policy, since.
bool PullWorker::is_resting(const std::string& pull, const std::optional<Timestamp>& asked,
                            const Digest32& policy, Timestamp now) const {
    const auto retry = retries_.find(pull);
    if (retry == retries_.end()) return false;
    const Retry& failed = retry->second;
    return failed.asked == asked && failed.policy == policy && now < failed.at &&
           failed.at <= now + pull_backoff.most;
}

/// One that failed lines up behind those that were due by the end of its pause.
Timestamp PullWorker::due_since(const std::string& pull, Timestamp since,
                                const std::optional<targets::Trouble>& trouble,
                                Timestamp now) const {
    const auto retry = retries_.find(pull);
    if (retry != retries_.end() && retry->second.at <= now)
        since = std::max(since, retry->second.at);
    if (trouble && trouble->retry <= now) since = std::max(since, trouble->retry);
    return since;
}

asio::awaitable<void> PullWorker::pull_once(policy::Pull pull, policy::Target target,
                                            std::optional<Timestamp> asked) {
    fault_point("pull.taken");
    try {
        co_await connect_and_pull(pull, target, asked);
    } catch (const std::exception&) {
        // What it says may name what it was about.
        site_.log.error("a fault of this program, in a pull");
    }
    in_progress_.erase(pull.name);
}

asio::awaitable<void> PullWorker::connect_and_pull(const policy::Pull& pull,
                                                   const policy::Target& target,
                                                   std::optional<Timestamp> asked) {
    const Timestamp begun = site_.clock.now();
    auto connect = [&] { return far_ends_->connect(target); };
    auto far = co_await offload(far_ends_->pool(), connect);
    if (!far) {
        if (far.error() == delivery_errc::stopped) co_return;
        co_await note_failure_to_connect(site_, desk::pulls_account, target, far.error());
        co_return;
    }
    const Digest32 policy = site_.policy.current()->hash;
    desk::PullRun ran{.begun = begun};
    std::set<NameIndex> present;
    ran.why = co_await pull_from(**far, pull, ran.counts, present);
    auto leave = [&] {
        far->reset();
        return true;
    };
    co_await offload(far_ends_->pool(), leave);
    // It is due again after the next start.
    if (ran.why == delivery_errc::stopped) co_return;
    if (delivery::is_of_target(ran.why))
        co_await note_failure_to_connect(site_, desk::pulls_account, target, ran.why);
    else
        co_await note_as_well(site_, desk::pulls_account, target);
    if (ran.is_well()) {
        retries_.erase(pull.name);
    } else {
        Retry& retry = retries_[pull.name];
        // Asked for, or under another policy: it begins anew.
        if (retry.asked != asked || retry.policy != policy)
            retry = {.asked = asked, .policy = policy};
        ++retry.failures;
        retry.at = begun + pull_backoff.after(retry.failures, site_.random);
        ran.retry = retry.at;
    }
    ran.present = seen_lately(pull.name, ran.why, std::move(present));
    const auto ended = co_await desk::end_pull(site_, pull, std::move(ran));
    fault_point("pull.ended");
    if (!ended) site_.log.error("the end of a pull could not be noted", {{"why", ended.error()}});
}

/// The names of this listing and of the one before it; nothing where there are no two. A folder
/// that is not mounted looks empty, for however long, and must not make all of it new.
std::optional<std::set<NameIndex>> PullWorker::seen_lately(const std::string& pull,
                                                           std::error_code why,
                                                           std::set<NameIndex> present) {
    if (why || present.empty()) return std::nullopt;
    const auto [before, is_first] = seen_.try_emplace(pull, present);
    if (is_first) return std::nullopt;
    std::set<NameIndex> lately = present;
    lately.merge(before->second);
    before->second = std::move(present);
    return lately;
}

asio::awaitable<std::error_code> PullWorker::pull_from(FarEnd& far, const policy::Pull& pull,
                                                       PullCounts& counts,
                                                       std::set<NameIndex>& present) {
    const auto folder = VirtualPath::parse(pull.from_folder);
    if (!folder) co_return folder.error();
    auto list = [&]() -> Result<Listing> {
        const auto files = far.list(*folder, names_limit);
        if (!files) return failure(files.error());
        Listing listing;
        for (const delivery::FarFile& file : *files)
            listing.emplace(file.name,
                            Fetched{.size_bytes = file.size_bytes, .modified = file.modified});
        return listing;
    };
    const auto first = co_await offload(far_ends_->pool(), list);
    if (!first) co_return first.error();
    fault_point("pull.listed");
    counts.listed = first->size();

    const auto policy = site_.policy.current();
    auto pending =
        co_await site_.store.read([&](Transaction& transaction) -> Result<std::vector<Pending>> {
            std::vector<Pending> all;
            present.clear();
            counts.passed_over = 0;
            for (const auto& [name, facts] : *first) {
                if (!is_wanted(*policy, name)) {
                    ++counts.passed_over;
                    continue;
                }
                const auto index = transaction.pulls.index_of(pull.name, name);
                if (!index) return failure(index.error());
                present.insert(*index);
                const auto fetched = transaction.pulls.fetched(pull.name, *index);
                if (!fetched) return failure(fetched.error());
                const bool is_here = *fetched == facts;
                if (is_here && !pull.deletes) continue;
                all.push_back(
                    {.name = {.name = name, .facts = facts}, .index = *index, .is_here = is_here});
            }
            return all;
        });
    if (!pending) co_return pending.error();
    if (pending->empty()) co_return std::error_code();
    auto& ended_runs = ended_runs_[pull.name];
    std::erase_if(ended_runs, [&](const NameIndex& name) { return !present.contains(name); });
    put_last(*pending, ended_runs);

    auto settle = [&] { return far_ends_->stop().sleep(settling_); };
    if (!co_await offload(far_ends_->pool(), settle)) co_return delivery_errc::stopped;
    const auto second = co_await offload(far_ends_->pool(), list);
    if (!second) co_return second.error();
    for (const Pending& one : *pending) {
        if (stopping_) co_return delivery_errc::stopped;
        const auto now_there = second->find(one.name.name);
        // It is still being written, or somebody took it away: the next time.
        if (now_there == second->end() || now_there->second != one.name.facts) {
            ++counts.passed_over;
            continue;
        }
        const auto there = VirtualPath::parse(one.name.name, *folder);
        if (!there) {
            ++counts.passed_over;
            continue;
        }
        Result<> done;
        if (!one.is_here) {
            done = co_await fetch(far, pull, *there, one.name);
            if (done) ++counts.fetched;
        }
        if (done && pull.deletes) {
            done = co_await remove(far, pull, *there, one.name);
            if (done) ++counts.removed;
        }
        std::erase(ended_runs, one.index);
        if (done) continue;
        ++counts.failed;
        counts.last_failure = done.error();
        if (delivery::is_of_one_file(done.error())) continue;
        ended_runs.push_back(one.index);
        co_return done.error();
    }
    co_return std::error_code();
}

asio::awaitable<Result<>> PullWorker::fetch(FarEnd& far, const policy::Pull& pull,
                                            VirtualPath there, FarName name) {
    const std::uint64_t size = name.facts.size_bytes;
    auto has_room = [&] { return site_.store.vault().has_room_for(size); };
    // It would fill the disk for everybody before it failed.
    if (const auto room = co_await offload(site_.store.pool(), has_room); !room) {
        if (room.error() != std::errc::no_space_on_device) co_return room;
        co_return failure(delivery_errc::no_room_here);
    }
    auto upload = co_await desk::begin_pulled(site_, pull, name);
    if (!upload) co_return failure(upload.error());
    auto work = [&]() -> Result<> {
        const auto into = [&](std::uint64_t offset, ByteView bytes) {
            fault_point("pull.partly_fetched");
            return (*upload)->write(offset, bytes);
        };
        if (auto fetched = far.fetch(there, 0, size, into); !fetched) return fetched;
        const auto after = far.look(there);
        if (!after) return failure(after.error());
        if (!*after || !is_as_listed(**after, name)) return failure(delivery_errc::changed);
        return {};
    };
    const auto fetched = co_await offload(far_ends_->pool(), work);
    fault_point("pull.fetched");
    if (!fetched) {
        co_await desk::drop_pulled(site_, pull, *std::move(upload));
        co_return fetched;
    }
    co_return co_await desk::end_pulled(site_, pull, std::move(name), *std::move(upload));
}

asio::awaitable<Result<>> PullWorker::remove(FarEnd& far, const policy::Pull& pull,
                                             VirtualPath there, FarName name) {
    auto work = [&]() -> Result<> {
        // Not what somebody put there meanwhile.
        const auto now_there = far.look(there);
        if (!now_there) return failure(now_there.error());
        if (!*now_there) return {};
        if (!is_as_listed(**now_there, name)) return failure(delivery_errc::changed);
        return far.remove(there);
    };
    const auto removed = co_await offload(far_ends_->pool(), work);
    fault_point("pull.removed_there");
    if (!removed) co_return removed;
    const auto noted = co_await desk::note_removed_there(site_, pull, std::move(name));
    fault_point("pull.removed_noted");
    co_return noted;
}

}  // namespace consign::daemon
