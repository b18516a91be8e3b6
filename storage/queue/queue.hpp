// The durable queue of what is to be done without a peer. A job is made in the transaction that
// caused it, and ends in the transaction that holds its effect: it runs at least once, and takes
// effect once. One that fails is put off; one that goes on failing becomes a dead letter, which
// stays until an administrator has it tried again, or cancels it. What a job says of files and
// people is a sealed cell: docs/formats/database.md. Lives on one connection, and changes on the
// writer thread alone. Errors: queue_errc, the database's, or keyring_errc.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/queue/errc.hpp"
#include "storage/queue/work_bell.hpp"

namespace consign::database {
class Connection;
class Statement;
}  // namespace consign::database

namespace consign::queue {

using JobId = std::int64_t;
using FileId = std::int64_t;  // of the catalog

struct NewJob {
    Kind kind{};
    std::string lane{};  // jobs of one lane share its bounds: a target's name, a channel's
    std::string
        key{};  // of ids: while a job of this kind and key is here, no other is made; or empty
    FileId file = 0;  // whose content it needs, and keeps from dying; 0: none
    Timestamp due{};
    std::string work{};  // what is to be done, in the words of who does it; sealed
};

struct Job {
    JobId id = 0;
    Kind kind{};
    std::string lane;
    FileId file = 0;
    Timestamp made{};
    bool dead = false;
    Timestamp due{};             // of a dead one: when it died
    std::uint64_t attempts = 0;  // that failed
    std::string why;             // of the last that failed: words without names
    std::string work;
    bool altered = false;  // `work` cannot be read, and is empty; the rest stands
};

/// No job is put off further than this. A waiting job that is due later was put off, or made, by a
/// clock that has been put back since: it counts as due.
inline constexpr std::chrono::hours longest_delay{2};

/// A lane with jobs in it.
struct Lane {
    std::string name;
    std::uint64_t waiting = 0, dead = 0;
    std::optional<Timestamp> due;  // of the waiting job that is due first
};

class Queue {
  public:
    Queue(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random);

    /// The job's id; of the one that is here already under this key, dead or not.
    [[nodiscard]] Result<JobId> enqueue(const NewJob& job, Timestamp now);

    /// Up to `limit` jobs that wait and are due, the earliest first; behind them those that are due
    /// later than longest_delay from now.
    [[nodiscard]] Result<std::vector<Job>> due(Kind kind, Timestamp now, std::size_t limit);
    [[nodiscard]] Result<std::vector<Job>> due_in(Kind kind, std::string_view lane, Timestamp now,
                                                  std::size_t limit);
    /// Of each lane the job that was made first and waits, where it is due: for jobs that are
    /// carried out in order, so that one that was put off holds up those behind it.
    [[nodiscard]] Result<std::vector<Job>> first_of_lanes(Kind kind, Timestamp now,
                                                          std::size_t limit);
    /// When the first that waits is due; past or to come.
    [[nodiscard]] Result<std::optional<Timestamp>> next_due(Kind kind);
    [[nodiscard]] Result<std::vector<Lane>> lanes(Kind kind);
    /// The job that is here under this key, dead or not.
    [[nodiscard]] Result<std::optional<JobId>> find_keyed(Kind kind, std::string_view key);
    /// Nothing where it has ended.
    [[nodiscard]] Result<std::optional<Job>> find(JobId id);
    /// Up to `limit` with greater ids than `after`; those of one kind, where one is named.
    [[nodiscard]] Result<std::vector<Job>> list(std::optional<Kind> kind, JobId after,
                                                std::size_t limit);
    /// The numbers of the dead ones, up to `limit`, those that died first before the others.
    [[nodiscard]] Result<std::vector<JobId>> dead(Kind kind, std::size_t limit);
    [[nodiscard]] Result<bool> has_jobs_of(FileId file);
    /// Of one kind, dead or not.
    [[nodiscard]] Result<std::vector<Job>> of_file(Kind kind, FileId file);

    /// It is done, or cancelled. queue_errc::no_such_job where somebody else ended it: its effect
    /// must not come twice.
    [[nodiscard]] Result<> finish(JobId id);
    /// It failed, and is tried again. `why`: words without names. queue_errc::no_such_job.
    [[nodiscard]] Result<> put_off(JobId id, Timestamp due, std::string_view why);
    /// Waits until then, without having failed. queue_errc::no_such_job.
    [[nodiscard]] Result<> wait_until(JobId id, Timestamp due);
    /// It is a dead letter from now on. queue_errc::no_such_job.
    [[nodiscard]] Result<> bury(JobId id, Timestamp now, std::string_view why);
    /// Tried at once, as if it had never failed; also one that is not dead.
    /// queue_errc::no_such_job.
    [[nodiscard]] Result<> revive(JobId id, Timestamp now);
    /// How far it came, in its own words. queue_errc::no_such_job.
    [[nodiscard]] Result<> rewrite(JobId id, std::string_view work);

    /// Something is wrong from now on, under a name without names of files: false where that was
    /// known already, and is told.
    [[nodiscard]] Result<bool> begin_trouble(std::string_view name, Timestamp now);
    /// It is well: false where nothing was wrong.
    [[nodiscard]] Result<bool> end_trouble(std::string_view name);

    /// The kinds of which jobs were made or revived since the last call.
    [[nodiscard]] Kinds take_rung() { return std::exchange(rung_, {}); }

  private:
    [[nodiscard]] Job job_of(const database::Statement& row);
    [[nodiscard]] Result<std::vector<Job>> jobs_of(database::Statement query);
    [[nodiscard]] Result<Bytes> seal(JobId id, std::string_view work);
    /// queue_errc::no_such_job where the last statement changed nothing.
    [[nodiscard]] Result<> changed_one(Result<> done);

    database::Connection& connection_;
    const keyring::Keyring& keys_;
    database::SealedCells cells_;
    Kinds rung_{};
};

}  // namespace consign::queue
