// One SQLite file: one writer thread, which groups the commits of all sessions into one sync, and a
// pool of read connections, which wait for no more than the sync of what they saw. Errors:
// database_errc (errc.hpp), or SQLite's own (sqlite.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/database/writer.hpp"

namespace consign::database {

class Database {
  public:
    /// Opens or makes the file, and runs the migrations that it lacks, each in a transaction. What
    /// a crash left in the log is in the file then: after a sync that failed, nobody knows whether
    /// it is on the disk, and what follows it there would count for nothing. database_errc::in_use
    /// where another program keeps that from being done.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);
    /// Finishes what was queued, then closes. No read may be running.
    ~Database() = default;

    /// A job of the writer: runs in a savepoint of the group's transaction, on the writer thread;
    /// an error (or an exception, which becomes database_errc::bug) rolls back this job alone. It
    /// runs once, and keeps no reference to the connection.
    using Job = Writer::Job;
    /// Called on one of the database's threads once the group is durable (Told::once_run: once the
    /// job has run), or with the error that undid the job. It must not throw, nor read from here.
    using Done = Writer::Done;
    static constexpr std::size_t queue_limit = Writer::queue_limit;

    /// Queues a job; from any thread. database_errc::overloaded goes to `done` at once, on the
    /// calling thread, where `queue_limit` jobs wait already.
    void write(Job job, Done done, Told told = Told::once_durable) {
        writer_.write(std::move(job), std::move(done), told);
    }

    /// Runs `query` on a pooled read connection, in one read transaction (a snapshot), on the
    /// calling thread: call it from a pool thread. There are as many connections as there were
    /// reads at once; each is the same object for good, so what is cached beside it stays valid.
    /// It waits until all that was told of is committed, and returns once what it saw is durable.
    [[nodiscard]] Result<> read(const std::function<Result<>(Connection&)>& query);

    /// Returns once all is durable that was told of before it was, or undone. Blocks.
    void wait_for_told() { writer_.wait_for_told(); }

    /// Copies the write-ahead log into the file, and cuts it to nothing, so that what was
    /// overwritten stands nowhere any more. False where a reader held it: ask again later. Call it
    /// from a pool thread; it waits for the writer, and the writer for it.
    [[nodiscard]] Result<bool> truncate_log();

    /// Transactions of the writer so far, each with one sync however many jobs it held.
    [[nodiscard]] std::uint64_t groups_committed() const { return writer_.groups_committed(); }

  private:
    Database(std::filesystem::path path, std::unique_ptr<Connection> writing)
        : path_(std::move(path)), writer_(std::move(writing)) {}
    [[nodiscard]] Result<std::unique_ptr<Connection>> take_reader();

    std::filesystem::path path_;
    // Closed last: the last connection to close puts the log into the file, which a reader cannot.
    Writer writer_;
    std::mutex mutex_;  // guards idle_readers_
    std::vector<std::unique_ptr<Connection>> idle_readers_;
};

}  // namespace consign::database
