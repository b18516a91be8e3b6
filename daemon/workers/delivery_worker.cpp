#include "daemon/workers/delivery_worker.hpp"

#include <algorithm>
#include <utility>

#include "base/fault_point.hpp"
#include "base/offload.hpp"
#include "daemon/workers/dead_letter.hpp"
#include "daemon/workers/deliver.hpp"
#include "daemon/workers/delivery/errc.hpp"
#include "daemon/workers/target_failure.hpp"
#include "desk/deliveries/delivery.hpp"
#include "desk/deliveries/target_trouble.hpp"
#include "storage/targets/scheduled.hpp"
#include "storage/vault/errc.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
using delivery::delivery_errc;
using queue::Job;

namespace {

/// So many that may not go yet (another file goes to the same path) are passed over in one look.
constexpr std::size_t passed_over_limit = 64;
/// What a clock made that was ahead, and has been put back since, goes so soon after an instant.
constexpr std::chrono::hours instant_lasts{1};
/// As long as it lives.
class Counted {
  public:
    explicit Counted(std::size_t& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

  private:
    std::size_t& count_;
};

/// Between two instants of a schedule.
constexpr std::chrono::days longest_pause{8 * 366};

/// What was made until then may go by now: the last instant, or now, where a window is open.
std::optional<Timestamp> came_until(const policy::Schedule& at, Timestamp now) {
    if (policy::has_come(at, now, now)) return now;
    Timestamp came = now - longest_pause, not_yet = now;
    if (!policy::has_come(at, came, now)) return std::nullopt;
    while (not_yet - came > std::chrono::microseconds(1)) {
        const Timestamp middle = came + (not_yet - came) / 2;
        (policy::has_come(at, middle, now) ? came : not_yet) = middle;
    }
    return came;
}

Attempt attempt_of(std::error_code why) {
    const bool is_hopeless = why == delivery_errc::taken || why == vault::vault_errc::altered ||
                             why == std::errc::bad_message || why == std::errc::filename_too_long;
    return is_hopeless ? Attempt::hopeless(why.message()) : Attempt::failed(why.message());
}

}  // namespace

DeliveryWorker::DeliveryWorker(const asio::any_io_executor& strand, desk::Site& site,
                               std::shared_ptr<delivery::FarEnds> far_ends,
                               std::chrono::milliseconds turn)
    : strand_(strand),
      site_(site),
      far_ends_(std::move(far_ends)),
      turn_(turn),
      patience_{.when_buried = tell_of_dead_letter(site, desk::deliveries_account)},
      tasks_(strand),
      timer_(strand),
      listener_(std::in_place, site.store.work_bell(), queue::Kind::deliver,
                [this, alive = alive_] {
                    asio::post(strand_, [this, alive] {
                        if (!*alive) return;
                        looked_in_vain_ = false;
                        timer_.cancel();
                    });
                }) {}

DeliveryWorker::~DeliveryWorker() {
    listener_.reset();
    *alive_ = false;
}

asio::awaitable<void> DeliveryWorker::run() {
    while (!stopping_) {
        static_cast<void>(co_await begin_due());
        co_await wait_for_work();
    }
    co_await tasks_.all_ended();
    listener_.reset();
    *alive_ = false;
}

void DeliveryWorker::stop() {
    stopping_ = true;
    far_ends_->stop().ask();
    timer_.cancel();
}

asio::awaitable<void> DeliveryWorker::work_off() {
    while (co_await begin_due() > 0) co_await tasks_.all_ended();
}

/// How many connections it began.
asio::awaitable<std::size_t> DeliveryWorker::begin_due() {
    looked_in_vain_ = true;
    const auto policy = site_.policy.current();
    if (looked_at_ != policy) co_await hurry_changed(policy);
    const auto troubles = co_await site_.store.read(
        [](Transaction& transaction) { return transaction.targets.troubles(); });
    if (!troubles) {
        site_.log.error("targets could not be looked at", {{"why", troubles.error()}});
        co_return 0;
    }
    std::vector<Open> open = in_turn(*policy, *troubles);
    waiting_.clear();
    std::size_t begun = 0;
    // One connection each, as long as there are any.
    while (!open.empty() && !stopping_ && tasks_.running() < connections_limit) {
        std::vector<Open> go_on;
        for (Open& one : open) {
            const policy::Target& target = *one.target;
            if (stopping_ || tasks_.running() >= connections_limit) break;
            // No more than that in one look: those begun may have failed already.
            if (one.begun == one.most || lanes_[target.name].connections >= one.most) continue;
            auto taken = co_await take(target);
            if (!taken) continue;
            ++lanes_[target.name].connections;
            ++one.begun;
            ++begun;
            last_served_ = target.name;
            tasks_.start(serve(target, *std::move(taken)));
            go_on.push_back(one);
        }
        open = std::move(go_on);
    }
    if (tasks_.running() < connections_limit) co_return begun;
    for (const Open& one : in_turn(*policy, *troubles))
        if (!stopping_ && lanes_[one.target->name].connections == 0 &&
            co_await needs_connection(*one.target))
            waiting_.insert(one.target->name);
    co_return begun;
}

asio::awaitable<void> DeliveryWorker::hurry_changed(std::shared_ptr<const policy::Policy> policy) {
    const auto before = std::exchange(looked_at_, policy);
    std::vector<std::string> changed;
    for (const auto& [name, target] : policy->targets) {
        if (!before) break;
        const auto known = before->targets.find(name);
        if (known != before->targets.end() && means_of(known->second) != means_of(target))
            changed.push_back(name);
    }
    if (changed.empty()) co_return;
    const auto done = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        for (const std::string& name : changed)
            if (auto hurried = desk::hurry(site_, transaction, name); !hurried) return hurried;
        return {};
    });
    if (!done) site_.log.error("a target's trouble could not be noted", {{"why", done.error()}});
}

std::vector<DeliveryWorker::Open> DeliveryWorker::in_turn(
    const policy::Policy& policy, const std::vector<targets::Trouble>& troubles) const {
    const auto connections = [&](const std::string& target) {
        const auto lane = lanes_.find(target);
        return lane == lanes_.end() ? 0 : lane->second.connections;
    };
    std::vector<Open> open;
    const auto add = [&](auto from, auto to) {
        for (; from != to; ++from) {
            const auto& [name, target] = *from;
            const auto trouble = std::ranges::find(troubles, name, &targets::Trouble::target);
            const bool is_well = trouble == troubles.end();
            if (!is_well && !desk::may_connect(*trouble, target, site_.clock.now())) continue;
            open.push_back({.target = &target, .most = is_well ? target.connections : 1});
        }
    };
    const auto behind_last = policy.targets.upper_bound(last_served_);
    add(behind_last, policy.targets.end());
    add(policy.targets.begin(), behind_last);
    std::vector<Open> in_order;
    for (const bool has_any : {false, true})
        for (const Open& one : open)
            if ((connections(one.target->name) > 0) == has_any) in_order.push_back(one);
    return in_order;
}

asio::awaitable<Result<std::vector<Job>>> DeliveryWorker::due_for(const policy::Target& target,
                                                                  std::size_t limit) {
    return target.at.empty() ? due(target.name, limit) : due_by_instant(target, limit);
}

asio::awaitable<bool> DeliveryWorker::needs_connection(const policy::Target& target) {
    const auto jobs = co_await due_for(target, 1);
    co_return jobs && !jobs->empty();
}

bool DeliveryWorker::makes_room(const std::string& target,
                                std::chrono::steady_clock::time_point since) {
    if (waiting_.empty() || waiting_.contains(target) ||
        std::chrono::steady_clock::now() - since < turn_)
        return false;
    // One for each that waits.
    waiting_.erase(waiting_.begin());
    return true;
}

asio::awaitable<Result<std::vector<Job>>> DeliveryWorker::due(std::string target,
                                                              std::size_t limit) {
    co_return co_await site_.store.read([&](Transaction& transaction) {
        return transaction.queue.due_in(queue::Kind::deliver, target, site_.clock.now(), limit);
    });
}

asio::awaitable<Result<std::vector<Job>>> DeliveryWorker::due_by_instant(
    const policy::Target& target, std::size_t limit) {
    const Timestamp now = site_.clock.now();
    const auto until = came_until(target.at, now);
    if (!until) co_return std::vector<Job>();
    const targets::Scheduled which{.target = target.name,
                                   .now = now,
                                   .made_until = *until,
                                   .made_to_come = now - *until <= instant_lasts};
    auto look = [&]() -> Result<std::vector<queue::JobId>> {
        std::vector<queue::JobId> found;
        const auto looked =
            site_.store.database().read([&](database::Connection& connection) -> Result<> {
                auto ids = targets::scheduled(connection, which, limit);
                if (!ids) return failure(ids.error());
                found = *std::move(ids);
                return {};
            });
        if (!looked) return failure(looked.error());
        return found;
    };
    const auto ids = co_await offload(site_.store.pool(), look);
    if (!ids) co_return failure(ids.error());
    co_return co_await site_.store.read([&](Transaction& transaction) -> Result<std::vector<Job>> {
        std::vector<Job> jobs;
        for (const queue::JobId id : *ids) {
            auto job = transaction.queue.find(id);
            if (!job) return failure(job.error());
            if (*job && !(*job)->dead) jobs.push_back(**std::move(job));
        }
        return jobs;
    });
}

/// The oldest that may go now.
asio::awaitable<std::optional<DeliveryWorker::Taken>> DeliveryWorker::take(
    const policy::Target& target) {
    // Those in progress are due as well.
    const std::size_t limit = in_progress_.size() + passed_over_limit;
    if (looks_ == 0) ended_meanwhile_.clear();
    const Counted look(looks_);
    const auto jobs = co_await due_for(target, limit);
    if (!jobs) {
        site_.log.error("deliveries could not be looked for", {{"why", jobs.error()}});
        co_return std::nullopt;
    }
    Lane& lane = lanes_[target.name];
    for (const Job& job : *jobs) {
        if (stopping_) break;
        // What was read may be older than the end of an attempt: that job may be gone.
        if (in_progress_.contains(job.id) || ended_meanwhile_.contains(job.id)) continue;
        const auto delivery = desk::delivery_in(job.work);
        const VirtualPath path = delivery ? delivery->path : VirtualPath();
        if (!lane.paths.insert(path).second) continue;
        in_progress_.insert(job.id);
        co_return Taken{.job = job, .path = path};
    }
    co_return std::nullopt;
}

void DeliveryWorker::give_back(const std::string& target, const Taken& taken) {
    in_progress_.erase(taken.job.id);
    if (looks_ > 0) ended_meanwhile_.insert(taken.job.id);
    lanes_[target].paths.erase(taken.path);
}

asio::awaitable<void> DeliveryWorker::serve(policy::Target target, Taken first) {
    fault_point("delivery.taken");
    std::optional<Taken> taken(std::move(first));
    bool is_faulty = false;
    try {
        co_await connect_and_deliver(target, taken);
    } catch (const std::exception&) {
        is_faulty = true;
    }
    if (is_faulty && taken) {
        // What the exception says may name what it was about.
        site_.log.error("a fault of this program, in a delivery", {{"job", taken->job.id}});
        static_cast<void>(co_await record_failure(site_, desk::deliveries_account, patience_,
                                                  taken->job,
                                                  Attempt::failed("a fault of this program")));
    }
    if (taken) give_back(target.name, *taken);
    --lanes_[target.name].connections;
    if (tasks_.running() < connections_limit) co_return;
    // Others wait for a connection of their own.
    looked_in_vain_ = false;
    timer_.cancel();
}

asio::awaitable<void> DeliveryWorker::connect_and_deliver(const policy::Target& target,
                                                          std::optional<Taken>& taken) {
    auto connect = [&] { return far_ends_->connect(target); };
    auto far = co_await offload(far_ends_->pool(), connect);
    if (!far) {
        if (far.error() != delivery_errc::stopped)
            co_await note_failure_to_connect(site_, desk::deliveries_account, target, far.error());
        co_return;
    }
    fault_point("delivery.connected");
    auto leave = [&] {
        far->reset();
        return true;
    };
    const auto since = std::chrono::steady_clock::now();
    while (taken && co_await deliver_one(**far, target, taken->job)) {
        give_back(target.name, *taken);
        taken.reset();
        // A target that the policy has changed, or no longer has, is begun anew.
        const auto policy = site_.policy.current();
        const auto current = policy->targets.find(target.name);
        if (stopping_ || current == policy->targets.end() ||
            means_of(current->second) != means_of(target))
            break;
        if (makes_room(target.name, since)) break;
        taken = co_await take(current->second);
    }
    co_await offload(far_ends_->pool(), leave);
}

asio::awaitable<bool> DeliveryWorker::deliver_one(delivery::FarEnd& far,
                                                  const policy::Target& target, Job job) {
    const auto done = co_await deliver(site_, far_ends_->pool(), far, job);
    const std::error_code why = done ? std::error_code() : done.error();
    if (why == delivery_errc::stopped) co_return false;
    // No other file would fare better, and this one costs it no attempt.
    if (delivery::is_of_target(why)) {
        co_await note_failure_to_connect(site_, desk::deliveries_account, target, why);
        co_return false;
    }
    co_await note_as_well(site_, desk::deliveries_account, target);
    if (!why || why == queue::queue_errc::no_such_job) co_return true;
    // One whose failure could not be recorded is due as before: not at once again.
    const bool is_recorded =
        co_await record_failure(site_, desk::deliveries_account, patience_, job, attempt_of(why));
    co_return is_recorded && !delivery::is_of_connection(why);
}

asio::awaitable<void> DeliveryWorker::wait_for_work() {
    if (stopping_ || !looked_in_vain_) co_return;
    timer_.expires_after(longest_wait);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace consign::daemon
