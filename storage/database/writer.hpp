// The writer thread: takes all jobs that wait, runs them in one transaction, and so pays one sync
// for all of them. A group forms by itself: while one is synced, the next one queues; and where one
// did and syncs take long, the sync is another thread's (log_sync.hpp), and the next one runs
// already. Jobs that are in no hurry stay in the open transaction, and go with the next group's
// sync.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "storage/database/log_sync.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::database {

/// When a job's end is told.
enum class Told {
    once_durable,
    /// It is committed with the group that follows, at latest when Writer::linger and the sync that
    /// runs are over. Should that fail, those who write next are told instead, and nothing of
    /// theirs is done.
    once_run,
};

class Writer {
  public:
    using Job = std::move_only_function<Result<>(Connection&)>;
    using Done = std::move_only_function<void(Result<>)>;
    using Truncated = std::move_only_function<void(Result<bool>)>;

    /// Jobs that may wait; one more is refused.
    static constexpr std::size_t queue_limit = 10'000;
    /// Jobs that share one transaction.
    static constexpr std::size_t group_limit = 512;
    /// How long what was told already may wait for others to be committed with.
    static constexpr std::chrono::milliseconds linger{5};
    /// A commit that took as long, its sync included, is worth another thread's time: to wake one
    /// costs more processor time than a sync of a fast disk takes.
    static constexpr std::chrono::milliseconds slow_commit{1};
    /// How long a group that has run takes up what comes meanwhile.
    static constexpr std::chrono::milliseconds gathering{2};

    explicit Writer(std::unique_ptr<Connection> connection);
    /// Finishes what was queued.
    ~Writer();

    /// See Database::write.
    void write(Job job, Done done, Told told);
    /// See Database::wait_for_told.
    void wait_for_told();
    /// Returns once all that was told of can be seen, or is undone.
    void wait_for_commit();
    /// Returns once all is durable that could be seen when it was called.
    void wait_for_sync() { sync_.wait(); }
    /// See Database::truncate_log. Between two transactions; after what is durable already.
    void truncate_log(Truncated done);
    [[nodiscard]] std::uint64_t groups_committed() const;

  private:
    struct Request {
        Job job;
        Done done;
        Told told = Told::once_durable;
        Result<> outcome;
    };
    using Group = std::vector<Request>;

    void work();
    [[nodiscard]] bool is_commit_due() const;
    [[nodiscard]] bool is_at_end();
    [[nodiscard]] Group next_group();
    [[nodiscard]] Group take(std::size_t limit);
    void run_group(Group& group);
    void gather(Group& group);
    void end_transaction(Group& group);
    [[nodiscard]] Result<> commit(Group& group);
    void sync_ended();
    void copy_log();
    [[nodiscard]] bool truncate_if_asked();
    [[nodiscard]] Result<> run_job(Job& job);

    std::unique_ptr<Connection> connection_;  // the writer thread's alone, once that runs

    // The writer thread's alone.
    std::chrono::steady_clock::time_point commit_by_;  // where it owes a commit
    Result<> failed_;                                  // what undid jobs that had been told of

    std::atomic<bool> owes_commit_ = false;  // the open transaction holds what was told; set there
    mutable std::mutex mutex_;               // guards what follows
    std::condition_variable changed_;
    std::condition_variable committed_;
    std::deque<Request> queue_;
    std::vector<Truncated> truncations_;
    bool stopping_ = false;
    bool syncing_ = false;         // a group is being committed, or its sync runs
    bool came_meanwhile_ = false;  // a job, during the last sync
    std::chrono::steady_clock::time_point commit_begun_;
    std::chrono::steady_clock::duration commit_time_{};  // of the last one
    std::size_t waiting_for_told_ = 0;
    std::uint64_t groups_committed_ = 0;
    std::uint64_t transactions_ended_ = 0;
    LogSync sync_;        // it uses what is above
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace consign::database
