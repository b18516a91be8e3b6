#include "storage/scrub/scrub.hpp"

#include <utility>

#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::scrub {

std::string_view name_of(Damage damage) {
    switch (damage) {
        case Damage::altered:
            return "altered";
        case Damage::missing:
            return "missing";
        case Damage::unreadable:
            break;
    }
    return "unreadable";
}

std::string_view name_of(State state) {
    switch (state) {
        case State::resting:
            return "resting";
        case State::running:
            return "running";
        case State::stopped:
            break;
    }
    return "stopped";
}

Result<Pass> Scrub::pass() {
    auto query = connection_.query(
        "SELECT number, state, by_hand, past_missing, started, ended, last_file, until_file, files,"
        " bytes, found, mended, damage_told, stop_told FROM scrub");
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return Pass{};
    return Pass{.number = query.integer(0),
                .state = static_cast<State>(query.integer(1)),
                .by_hand = query.integer(2) != 0,
                .past_missing = query.integer(3) != 0,
                .started = query.time(4),
                .ended = query.time(5),
                .last_file = query.integer(6),
                .until_file = query.integer(7),
                .files = query.natural(8),
                .bytes = query.natural(9),
                .found = query.natural(10),
                .mended = query.natural(11),
                .damage_told = query.integer(12) != 0,
                .stop_told = query.integer(13) != 0};
}

Result<> Scrub::keep(const Pass& pass) {
    return connection_.run(
        "UPDATE scrub SET number = ?, state = ?, by_hand = ?, past_missing = ?, started = ?,"
        " ended = ?, last_file = ?, until_file = ?, files = ?, bytes = ?, found = ?, mended = ?,"
        " damage_told = ?, stop_told = ?",
        pass.number, std::int64_t{std::to_underlying(pass.state)}, pass.by_hand, pass.past_missing,
        pass.started, pass.ended, pass.last_file, pass.until_file, pass.files, pass.bytes,
        pass.found, pass.mended, pass.damage_told, pass.stop_told);
}

Result<> Scrub::wish(Wish wish) {
    return connection_.run("UPDATE scrub SET wished = ?", std::int64_t{wish.past_missing ? 2 : 1});
}

Result<std::optional<Scrub::Wish>> Scrub::take_wish() {
    auto query = connection_.query("SELECT wished FROM scrub");
    const auto row = query.next();
    if (!row) return failure(row.error());
    const std::int64_t wished = *row ? query.integer(0) : 0;
    if (wished == 0) return std::nullopt;
    if (auto done = connection_.run("UPDATE scrub SET wished = 0"); !done)
        return failure(done.error());
    return Wish{.past_missing = wished == 2};
}

Result<bool> Scrub::is_wished() {
    auto query = connection_.query("SELECT 1 FROM scrub WHERE wished > 0");
    return query.next();
}

Result<FileId> Scrub::newest_file() {
    auto query = connection_.query("SELECT coalesce(max(id), 0) FROM files");
    const auto row = query.next();
    if (!row) return failure(row.error());
    return query.integer(0);
}

Result<std::vector<Candidate>> Scrub::files_after(FileId after, FileId until, std::size_t limit) {
    return database::rows_of(
        connection_.query("SELECT id, stream FROM files WHERE id > ? AND id <= ? AND doomed = 0"
                          " ORDER BY id LIMIT ?",
                          after, until, std::uint64_t{limit}),
        [](const database::Statement& row) { return Candidate{row.integer(0), row.id(1)}; });
}

Result<bool> Scrub::is_kept(FileId file) {
    auto query = connection_.query("SELECT 1 FROM files WHERE id = ? AND doomed = 0", file);
    return query.next();
}

Result<bool> Scrub::note(const Candidate& file, Damage damage, Timestamp now) {
    const auto done = connection_.run(
        "INSERT INTO damaged (file, stream, damage, found, told) VALUES (?, ?, ?, ?, 0)"
        " ON CONFLICT (file) DO NOTHING",
        file.file, file.stream, std::int64_t{std::to_underlying(damage)}, now);
    if (!done) return failure(done.error());
    return connection_.changes() > 0;
}

Result<bool> Scrub::clear(FileId file) {
    if (auto done = connection_.run("DELETE FROM damaged WHERE file = ?", file); !done)
        return failure(done.error());
    return connection_.changes() > 0;
}

Result<> Scrub::forget_gone() {
    return connection_.run(
        "DELETE FROM damaged WHERE NOT EXISTS"
        " (SELECT 1 FROM files WHERE files.id = damaged.file AND files.doomed = 0)");
}

Result<std::vector<Damaged>> Scrub::damaged(FileId after, std::size_t limit) {
    return database::rows_of(
        connection_.query(
            "SELECT file, stream, damage, found FROM damaged WHERE file > ? ORDER BY file LIMIT ?",
            after, std::uint64_t{limit}),
        [](const database::Statement& row) {
            return Damaged{.file = row.integer(0),
                           .stream = row.id(1),
                           .damage = static_cast<Damage>(row.integer(2)),
                           .found = row.time(3)};
        });
}

Result<std::uint64_t> Scrub::damaged_count() {
    auto query = connection_.query("SELECT count(*) FROM damaged");
    const auto row = query.next();
    if (!row) return failure(row.error());
    return query.natural(0);
}

Result<Scrub::Untold> Scrub::untold(std::size_t streams_limit) {
    Untold found;
    auto sums = connection_.query(
        "SELECT damage, count(*), min(found) FROM damaged WHERE told = 0 GROUP BY damage");
    for (;;) {
        const auto row = sums.next();
        if (!row) return failure(row.error());
        if (!*row) break;
        const Timestamp since = sums.time(2);
        if (found.counts.empty() || since < found.since) found.since = since;
        found.counts[static_cast<Damage>(sums.integer(0))] = sums.natural(1);
    }
    auto some = connection_.query("SELECT stream FROM damaged WHERE told = 0 ORDER BY file LIMIT ?",
                                  std::uint64_t{streams_limit});
    for (;;) {
        const auto row = some.next();
        if (!row) return failure(row.error());
        if (!*row) return found;
        found.streams.push_back(some.id(0));
    }
}

Result<> Scrub::mark_told() {
    return connection_.run("UPDATE damaged SET told = 1 WHERE told = 0");
}

}  // namespace consign::scrub
