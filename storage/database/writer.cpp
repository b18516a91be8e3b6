#include "storage/database/writer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/database/errc.hpp"

namespace consign::database {

Writer::Writer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), thread_([this] { work(); }) {}

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
            changed_.notify_one();
            return;
        }
    }
    done(failure(database_errc::overloaded));
}

void Writer::wait_for_told() {
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
        if (!truncate_if_asked() && is_idle && is_at_end()) return;
    }
}

bool Writer::is_commit_due() const {
    if (std::chrono::steady_clock::now() >= commit_by_) return true;
    const std::lock_guard lock(mutex_);
    return waiting_for_told_ > 0 || !truncations_.empty();
}

bool Writer::is_at_end() const {
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

/// What came while the group ran goes along, and does not wait for the sync before its own; those
/// who are waiting for theirs wait a little for that. Never past the end of the transaction: who
/// was in it could not be told.
void Writer::gather(Group& group) {
    const auto until = std::chrono::steady_clock::now() + gathering;
    while (!group.empty() && group.size() < group_limit && connection_->in_transaction() &&
           std::chrono::steady_clock::now() < until) {
        Group more;
        {
            const std::lock_guard lock(mutex_);
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

void Writer::end_transaction(Group& group) {
    if (!connection_->in_transaction() && !owes_commit_ && group.empty()) return;
    const Result<> whole =
        connection_->in_transaction() ? connection_->run("COMMIT") : failure(database_errc::undone);
    if (connection_->in_transaction()) (void)connection_->run("ROLLBACK");
    for (Request& request : group)
        if (request.outcome) request.outcome = whole;
    // Nobody is left to be told what became of it but whoever comes next.
    if (!whole && owes_commit_ && group.empty()) failed_ = whole;
    owes_commit_ = false;
    {
        const std::lock_guard lock(mutex_);
        ++transactions_ended_;
        if (whole) ++groups_committed_;
    }
    committed_.notify_all();
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
