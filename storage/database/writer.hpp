// The writer thread: takes all jobs that wait, runs them in one transaction, and so pays one sync
// for all of them. A group forms by itself: while one is synced, the next one queues.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::database {

class Writer {
  public:
    using Job = std::move_only_function<Result<>(Connection&)>;
    using Done = std::move_only_function<void(Result<>)>;
    using Truncated = std::move_only_function<void(Result<bool>)>;

    /// Jobs that may wait; one more is refused.
    static constexpr std::size_t queue_limit = 10'000;
    /// Jobs that share one transaction.
    static constexpr std::size_t group_limit = 512;

    explicit Writer(std::unique_ptr<Connection> connection);
    /// Finishes what was queued.
    ~Writer();

    /// See Database::write.
    void write(Job job, Done done);
    /// See Database::truncate_log. Between two transactions; after what is durable already.
    void truncate_log(Truncated done);
    [[nodiscard]] std::uint64_t groups_committed() const;

  private:
    struct Request {
        Job job;
        Done done;
        Result<> outcome;
    };
    void work();
    [[nodiscard]] std::vector<Request> next_group();
    void run_group(std::vector<Request>& group);
    [[nodiscard]] bool truncate_if_asked();
    [[nodiscard]] Result<> run_job(Job& job);

    std::unique_ptr<Connection> connection_;  // the writer thread's alone, once that runs
    mutable std::mutex mutex_;                // guards what follows
    std::condition_variable changed_;
    std::deque<Request> queue_;
    std::vector<Truncated> truncations_;
    bool stopping_ = false;
    std::uint64_t groups_committed_ = 0;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace consign::database
