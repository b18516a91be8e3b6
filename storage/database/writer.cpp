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

void Writer::write(Job job, Done done) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() < queue_limit) {
            queue_.push_back({std::move(job), std::move(done), {}});
            changed_.notify_one();
            return;
        }
    }
    done(failure(database_errc::overloaded));
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
        std::vector<Request> group = next_group();
        if (!group.empty()) run_group(group);
        for (Request& request : group) request.done(request.outcome);
        const bool was_asked = truncate_if_asked();
        if (group.empty() && !was_asked) return;
    }
}

bool Writer::truncate_if_asked() {
    std::vector<Truncated> asked;
    {
        const std::lock_guard lock(mutex_);
        asked.swap(truncations_);
    }
    if (asked.empty()) return false;
    const auto truncated = connection_->truncate_log();
    for (Truncated& done : asked) done(truncated);
    return true;
}

std::vector<Writer::Request> Writer::next_group() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty() || !truncations_.empty(); });
    const auto count = std::min(queue_.size(), group_limit);
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Request> group(std::make_move_iterator(queue_.begin()),
                               std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    return group;
}

void Writer::run_group(std::vector<Request>& group) {
    Result<> whole = connection_->run("BEGIN IMMEDIATE");
    if (whole) {
        for (Request& request : group) {
            request.outcome = run_job(request.job);
            if (!connection_->in_transaction()) break;
        }
        // After some errors (disk full, out of memory) SQLite gives the whole transaction up.
        whole = connection_->in_transaction() ? connection_->run("COMMIT")
                                              : failure(database_errc::undone);
    }
    if (whole) {
        const std::lock_guard lock(mutex_);
        ++groups_committed_;
        return;
    }
    if (connection_->in_transaction()) (void)connection_->run("ROLLBACK");
    for (Request& request : group)
        if (request.outcome) request.outcome = whole;
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
