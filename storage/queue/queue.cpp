#include "storage/queue/queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::queue {

namespace {

std::string jobs_where(std::string_view condition) {
    return std::string(
               "SELECT id, kind, lane, file, made, dead, due, attempts, why, work FROM jobs WHERE ")
        .append(condition);
}

database::CellPlace work_cell(JobId id) {
    return {.table = "jobs", .column = "work", .row = id};
}

std::int64_t number(Kind kind) {
    return std::to_underlying(kind);
}

constexpr std::string_view earliest = " ? ORDER BY due, id LIMIT ?";

/// Both by the index: what waits in between is not looked at.
template <class JobsDue>
Result<std::vector<Job>> with_those_too_far(const JobsDue& jobs_due, Timestamp now,
                                            std::size_t limit) {
    auto jobs = jobs_due("<=", now, limit);
    if (!jobs || jobs->size() >= limit) return jobs;
    auto too_far = jobs_due(">", now + longest_delay, limit - jobs->size());
    if (!too_far) return too_far;
    std::ranges::move(*too_far, std::back_inserter(*jobs));
    return jobs;
}

}  // namespace

Queue::Queue(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random)
    : connection_(connection), keys_(keys), cells_(keys, keyring::Purpose::name, random) {}

Result<JobId> Queue::enqueue(const NewJob& job, Timestamp now) {
    if (!job.key.empty()) {
        const auto here = find_keyed(job.kind, job.key);
        if (!here) return failure(here.error());
        if (*here) return **here;
    }
    const auto id = database::next_row_id(connection_, "jobs");
    if (!id) return failure(id.error());
    const auto work = seal(*id, job.work);
    if (!work) return failure(work.error());
    const auto key = job.key.empty() ? std::nullopt : std::optional(job.key);
    const auto file = job.file == 0 ? std::nullopt : std::optional(job.file);
    const auto done = connection_.run(
        "INSERT INTO jobs (id, kind, lane, job_key, file, made, dead, due, attempts, why, work)"
        " VALUES (?, ?, ?, ?, ?, ?, 0, ?, 0, '', ?)",
        *id, number(job.kind), job.lane, key, file, now, job.due, *work);
    if (!done) return failure(done.error());
    rung_.set(std::to_underlying(job.kind));
    return *id;
}

Result<std::optional<JobId>> Queue::find_keyed(Kind kind, std::string_view key) {
    auto query =
        connection_.query("SELECT id FROM jobs WHERE kind = ? AND job_key = ?", number(kind), key);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return query.integer(0);
}

Result<std::vector<Job>> Queue::due(Kind kind, Timestamp now, std::size_t limit) {
    const auto jobs_due = [&](std::string_view when, Timestamp bound, std::size_t most) {
        return jobs_of(connection_.query(
            jobs_where("kind = ? AND dead = 0 AND due ").append(when).append(earliest),
            number(kind), bound, std::uint64_t{most}));
    };
    return with_those_too_far(jobs_due, now, limit);
}

Result<std::vector<Job>> Queue::due_in(Kind kind, std::string_view lane, Timestamp now,
                                       std::size_t limit) {
    const auto jobs_due = [&](std::string_view when, Timestamp bound, std::size_t most) {
        return jobs_of(connection_.query(
            jobs_where("kind = ? AND lane = ? AND dead = 0 AND due ").append(when).append(earliest),
            number(kind), lane, bound, std::uint64_t{most}));
    };
    return with_those_too_far(jobs_due, now, limit);
}

Result<std::vector<Job>> Queue::first_of_lanes(Kind kind, Timestamp now, std::size_t limit) {
    // From lane to lane by the index: the jobs behind the first are not looked at.
    return jobs_of(connection_.query(
        "WITH RECURSIVE lanes (lane) AS ("
        " SELECT min(lane) FROM jobs WHERE kind = ?1 AND dead = 0"
        " UNION ALL"
        " SELECT (SELECT min(j.lane) FROM jobs j"
        "         WHERE j.kind = ?1 AND j.dead = 0 AND j.lane > lanes.lane)"
        " FROM lanes WHERE lanes.lane IS NOT NULL)"
        " SELECT j.id, j.kind, j.lane, j.file, j.made, j.dead, j.due, j.attempts, j.why, j.work"
        " FROM lanes JOIN jobs j ON j.id = (SELECT min(f.id) FROM jobs f"
        "   WHERE f.kind = ?1 AND f.dead = 0 AND f.lane = lanes.lane)"
        " WHERE lanes.lane IS NOT NULL AND (j.due <= ?2 OR j.due > ?3)"
        " ORDER BY j.due, j.id LIMIT ?4",
        number(kind), now, now + longest_delay, std::uint64_t{limit}));
}

Result<std::optional<Timestamp>> Queue::next_due(Kind kind) {
    auto query =
        connection_.query("SELECT min(due) FROM jobs WHERE kind = ? AND dead = 0", number(kind));
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row || query.is_null(0)) return std::nullopt;
    return query.time(0);
}

Result<std::vector<Lane>> Queue::lanes(Kind kind) {
    auto query = connection_.query(
        "SELECT lane, sum(1 - dead), sum(dead), min(iif(dead, NULL, due)) FROM jobs WHERE kind = ?"
        " GROUP BY lane ORDER BY lane",
        number(kind));
    std::vector<Lane> lanes;
    for (;;) {
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return lanes;
        Lane& lane = lanes.emplace_back();
        lane.name = query.text(0);
        lane.waiting = query.natural(1);
        lane.dead = query.natural(2);
        if (!query.is_null(3)) lane.due = query.time(3);
    }
}

Result<std::optional<Job>> Queue::find(JobId id) {
    auto jobs = jobs_of(connection_.query(jobs_where("id = ?"), id));
    if (!jobs) return failure(jobs.error());
    if (jobs->empty()) return std::nullopt;
    return std::move(jobs->front());
}

Result<std::vector<Job>> Queue::list(std::optional<Kind> kind, JobId after, std::size_t limit) {
    if (kind)
        return jobs_of(connection_.query(jobs_where("kind = ? AND id > ? ORDER BY id LIMIT ?"),
                                         number(*kind), after, std::uint64_t{limit}));
    return jobs_of(
        connection_.query(jobs_where("id > ? ORDER BY id LIMIT ?"), after, std::uint64_t{limit}));
}

Result<std::vector<JobId>> Queue::dead(Kind kind, std::size_t limit) {
    return database::rows_of(
        connection_.query(
            "SELECT id FROM jobs WHERE kind = ? AND dead = 1 ORDER BY due, id LIMIT ?",
            number(kind), std::uint64_t{limit}),
        [](const database::Statement& row) { return row.integer(0); });
}

Result<bool> Queue::has_jobs_of(FileId file) {
    auto query = connection_.query("SELECT 1 FROM jobs WHERE file = ? LIMIT 1", file);
    return query.next();
}

Result<std::vector<Job>> Queue::of_file(Kind kind, FileId file) {
    return jobs_of(
        connection_.query(jobs_where("file = ? AND kind = ? ORDER BY id"), file, number(kind)));
}

Result<> Queue::finish(JobId id) {
    return changed_one(connection_.run("DELETE FROM jobs WHERE id = ?", id));
}

Result<> Queue::put_off(JobId id, Timestamp due, std::string_view why) {
    return changed_one(connection_.run(
        "UPDATE jobs SET due = ?, why = ?, attempts = attempts + 1 WHERE id = ? AND dead = 0", due,
        why, id));
}

Result<> Queue::wait_until(JobId id, Timestamp due) {
    return changed_one(
        connection_.run("UPDATE jobs SET due = ? WHERE id = ? AND dead = 0", due, id));
}

Result<> Queue::bury(JobId id, Timestamp now, std::string_view why) {
    return changed_one(
        connection_.run("UPDATE jobs SET dead = 1, due = ?, why = ?, attempts = attempts + 1"
                        " WHERE id = ? AND dead = 0",
                        now, why, id));
}

Result<> Queue::revive(JobId id, Timestamp now) {
    auto query = connection_.query(
        "UPDATE jobs SET dead = 0, due = ?, attempts = 0 WHERE id = ? RETURNING kind", now, id);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return failure(queue_errc::no_such_job);
    rung_.set(static_cast<std::size_t>(query.natural(0)));
    return query.run();
}

Result<> Queue::rewrite(JobId id, std::string_view work) {
    const auto cell = seal(id, work);
    if (!cell) return failure(cell.error());
    return changed_one(connection_.run("UPDATE jobs SET work = ? WHERE id = ?", *cell, id));
}

Result<bool> Queue::begin_trouble(std::string_view name, Timestamp now) {
    const auto done =
        connection_.run("INSERT OR IGNORE INTO troubles (name, since) VALUES (?, ?)", name, now);
    if (!done) return failure(done.error());
    return connection_.changes() > 0;
}

Result<bool> Queue::end_trouble(std::string_view name) {
    const auto done = connection_.run("DELETE FROM troubles WHERE name = ?", name);
    if (!done) return failure(done.error());
    return connection_.changes() > 0;
}

Job Queue::job_of(const database::Statement& row) {
    Job job;
    job.id = row.integer(0);
    job.kind = static_cast<Kind>(row.integer(1));
    job.lane = row.text(2);
    job.file = row.integer(3);  // 0 where it is NULL
    job.made = row.time(4);
    job.dead = row.integer(5) != 0;
    job.due = row.time(6);
    job.attempts = row.natural(7);
    job.why = row.text(8);
    if (const auto work = cells_.open(work_cell(job.id), row.blob(9)))
        job.work = as_text(*work);
    else
        job.altered = true;
    return job;
}

Result<std::vector<Job>> Queue::jobs_of(database::Statement query) {
    return database::rows_of(std::move(query),
                             [this](const database::Statement& row) { return job_of(row); });
}

Result<Bytes> Queue::seal(JobId id, std::string_view work) {
    return cells_.seal(work_cell(id), keys_.current(keyring::Purpose::name), as_bytes(work));
}

Result<> Queue::changed_one(Result<> done) {
    if (done && connection_.changes() == 0) return failure(queue_errc::no_such_job);
    return done;
}

}  // namespace consign::queue
