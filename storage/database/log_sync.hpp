// The sync of the log on a thread of its own, so that the writer runs the next group meanwhile.
// What is committed ahead of it can be seen at once and cannot be undone any more: a sync that
// fails ends the process, since nobody knows what of the log is on the disk. Nobody was told yet,
// and the next start copies what it finds into the database before anything else (Database::open).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "storage/database/sqlite.hpp"

namespace consign::database {

class LogSync {
  public:
    using Told = std::move_only_function<void()>;

    /// `connection` outlives it. `ended`: called on the thread after each sync, before anybody else
    /// hears of it.
    LogSync(Connection& connection, std::function<void()> ended);
    /// After the sync that runs, if one does.
    ~LogSync();
    LogSync(const LogSync&) = delete;
    LogSync& operator=(const LogSync&) = delete;

    /// Commits the connection's transaction, and begins the sync; `told` is called on the thread
    /// once that is done. On the writer's thread, and while no other sync runs. Where the commit
    /// fails, nothing was begun.
    [[nodiscard]] Result<> commit(Told told);
    /// Returns once all is durable that could be seen when it was called.
    void wait();
    /// Returns once nobody waits to be told. On the writer's thread.
    void wait_for_told();

  private:
    void work();

    Connection& connection_;
    const std::function<void()> ended_;
    std::atomic<bool> is_ahead_ = false;  // something may be seen that is not durable
    std::mutex mutex_;                    // guards what follows
    std::condition_variable changed_;
    Told told_;  // a sync is wanted, or runs
    std::uint64_t begun_ = 0;
    std::uint64_t done_ = 0;
    bool telling_ = false;
    bool stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace consign::database
