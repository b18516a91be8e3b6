#include "storage/database/writer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/database/errc.hpp"

namespace consign::database {

Writer::Writer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      sync_(*connection_, [this] { sync_ended(); }),
      thread_([this] { work(); }) {}

Writer::~Writer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void Writer::write(Job job, Done done, Told told) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() < queue_limit) {
            queue_.push_back({std::move(job), std::move(done), told, {}});
            came_meanwhile_ |= syncing_;
            changed_.notify_one();
            return;
        }
    }
    done(failure(database_errc::overloaded));
}

void Writer::wait_for_told() {
    wait_for_commit();
    wait_for_sync();
}

void Writer::wait_for_commit() {
    if (!owes_commit_) return;
    std::unique_lock lock(mutex_);
    const std::uint64_t ended = transactions_ended_;
    ++waiting_for_told_;
    changed_.notify_one();
    committed_.wait(lock, [&] { return !owes_commit_ || transactions_ended_ != ended; });
    --waiting_for_told_;
}

void Writer::truncate_log(Truncated done) {
    const std::lock_guard lock(mutex_);
    truncations_.push_back(std::move(done));
    changed_.notify_one();
}

std::uint64_t Writer::groups_committed() const {
    const std::lock_guard lock(mutex_);
    return groups_committed_;
}

void Writer::work() {
    connection_->copy_log_by_hand();
    for (;;) {
        Group group = next_group();
        const bool is_idle = group.empty();
        run_group(group);
        gather(group);
        // It stays open for what was told of, and for nothing else.
        if (!group.empty() || is_idle || !owes_commit_ || !connection_->in_transaction() ||
            is_commit_due())
            end_transaction(group);
        for (Request& request : group) request.done(request.outcome);
        if (!connection_->in_transaction() && connection_->has_long_log()) copy_log();
        if (!truncate_if_asked() && is_idle && is_at_end()) return;
    }
}

/// Once those who are in it were told. What failed to be synced is found out by the sync that is
/// owed, and by no other: the disk tells it once.
void Writer::copy_log() {
    sync_.wait();
    connection_->copy_log();
}

bool Writer::is_commit_due() const {
    if (std::chrono::steady_clock::now() >= commit_by_) return true;
    const std::lock_guard lock(mutex_);
    return waiting_for_told_ > 0 || !truncations_.empty();
}

bool Writer::is_at_end() {
    sync_.wait_for_told();  // who is told may write
    const std::lock_guard lock(mutex_);
    return stopping_ && queue_.empty();
}

bool Writer::truncate_if_asked() {
    std::vector<Truncated> asked;
    {
        const std::lock_guard lock(mutex_);
        // One that came only now finds a transaction open: it waits until that has ended.
        if (connection_->in_transaction()) return false;
        asked.swap(truncations_);
    }
    if (asked.empty()) return false;
    sync_.wait();
    const auto truncated = connection_->truncate_log();
    for (Truncated& done : asked) done(truncated);
    return true;
}

/// What waits, up to the limit; nothing where the open transaction has to end now.
Writer::Group Writer::next_group() {
    std::unique_lock lock(mutex_);
    const auto is_wanted = [this] {
        return stopping_ || !queue_.empty() || !truncations_.empty() ||
               (owes_commit_ && waiting_for_told_ > 0);
    };
    if (owes_commit_)
        changed_.wait_until(lock, commit_by_, is_wanted);
    else
        changed_.wait(lock, is_wanted);
    return take(group_limit);
}

/// What comes while the group before is synced goes along, as no commit can begin earlier; and what
/// came while the group ran, for which those who are waiting wait a little. Never past the end of
/// the transaction: who was in it could not be told.
void Writer::gather(Group& group) {
    const auto until = std::chrono::steady_clock::now() + gathering;
    while (!group.empty() && group.size() < group_limit && connection_->in_transaction()) {
        Group more;
        {
            std::unique_lock lock(mutex_);
            if (!syncing_ && std::chrono::steady_clock::now() >= until) return;
            changed_.wait(lock, [this] { return !syncing_ || !queue_.empty(); });
            more = take(group_limit - group.size());
        }
        if (more.empty()) return;
        run_group(more);
        std::ranges::move(more, std::back_inserter(group));
    }
}

Writer::Group Writer::take(std::size_t limit) {
    const auto count = std::min(queue_.size(), limit);
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
    Group group(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    return group;
}

/// Runs the jobs in the open transaction, or a new one, and tells those who wait for no more than
/// that; the others are left in `group`.
void Writer::run_group(Group& group) {
    if (group.empty()) return;
    Result<> whole = std::exchange(failed_, {});
    if (whole && !connection_->in_transaction()) whole = connection_->run("BEGIN IMMEDIATE");
    for (Request& request : group) {
        if (whole) request.outcome = run_job(request.job);
        // After some errors (disk full, out of memory) SQLite gives the whole transaction up.
        if (whole && !connection_->in_transaction()) whole = failure(database_errc::undone);
        if (!whole && request.outcome) request.outcome = whole;
        if (request.told == Told::once_durable) continue;
        if (request.outcome && !owes_commit_.exchange(true))
            commit_by_ = std::chrono::steady_clock::now() + linger;
        request.done(request.outcome);
    }
    std::erase_if(group, [](const Request& request) { return request.told == Told::once_run; });
}

/// Leaves in `group` who is to be told now.
void Writer::end_transaction(Group& group) {
    if (!connection_->in_transaction() && !owes_commit_ && group.empty()) return;
    const bool is_alone = group.empty();
    const Result<> whole =
        connection_->in_transaction() ? commit(group) : failure(database_errc::undone);
    if (connection_->in_transaction()) (void)connection_->run("ROLLBACK");
    // Where the log cannot grow any more, the next ones go on from its beginning.
    if (!whole && whole.error() == sqlite_errc::full) connection_->copy_log();
    for (Request& request : group)
        if (request.outcome) request.outcome = whole;
    // Nobody is left to be told what became of it but whoever comes next.
    if (!whole && owes_commit_ && is_alone) failed_ = whole;
    owes_commit_ = false;
    {
        const std::lock_guard lock(mutex_);
        ++transactions_ended_;
        if (whole) ++groups_committed_;
    }
    committed_.notify_all();
}

/// Where nobody came during the last sync, or that was short, nobody would gain by leaving this one
/// to another thread: then a sync that fails is a commit that fails, and is undone. Else takes the
/// group along.
Result<> Writer::commit(Group& group) {
    sync_.wait();
    bool goes_ahead = false;
    {
        const std::lock_guard lock(mutex_);
        syncing_ = true;
        commit_begun_ = std::chrono::steady_clock::now();
        goes_ahead = std::exchange(came_meanwhile_, false) && commit_time_ >= slow_commit;
    }
    if (!goes_ahead) {
        auto committed = connection_->run("COMMIT");
        sync_ended();
        return committed;
    }
    const auto tell = std::make_shared<Group>(std::move(group));
    group.clear();
    auto committed = sync_.commit([tell] {
        for (Request& request : *tell) request.done(request.outcome);
    });
    if (committed) return committed;
    sync_ended();
    group = std::move(*tell);
    return committed;
}

void Writer::sync_ended() {
    {
        const std::lock_guard lock(mutex_);
        syncing_ = false;
        commit_time_ = std::chrono::steady_clock::now() - commit_begun_;
    }
    changed_.notify_one();
}

Result<> Writer::run_job(Job& job) {
    auto savepoint = Savepoint::begin(*connection_);
    if (!savepoint) return failure(savepoint.error());
    try {
        if (auto outcome = job(*connection_); !outcome) return outcome;
    } catch (...) {
        return failure(database_errc::bug);
    }
    return savepoint->release();
}

}  // namespace consign::database
