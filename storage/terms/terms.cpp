#include "storage/terms/terms.hpp"

#include <bit>
#include <limits>

#include "storage/database/errc.hpp"
#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::terms {

namespace {

constexpr std::int64_t stale_epoch = 0;
// Of so many stale subjects each has its turn; who comes behind them waits until some are settled.
constexpr std::uint64_t subjects_in_turn = 1024;

database::CellPlace term_cell(FileId file) {
    return {.table = "terms", .column = "term", .row = file};
}

Bytes to_bytes(const Term& term) {
    Bytes bytes;
    ByteWriter(bytes)
        .u8(term.due ? 1 : 0)
        .u64(std::bit_cast<std::uint64_t>(term.due ? to_microseconds(*term.due) : 0))
        .u8(term.tells_a_life ? 1 : 0)
        .string(term.class_name)
        .string(term.rule)
        .string(term.why);
    return bytes;
}

std::optional<Term> term_of(ByteView bytes) {
    ByteReader in(bytes);
    Term term;
    const bool has_due = in.u8() != 0;
    const auto due = std::bit_cast<std::int64_t>(in.u64());
    if (has_due) term.due = from_microseconds(due);
    term.tells_a_life = in.u8() != 0;
    term.class_name = as_text(in.string());
    term.rule = as_text(in.string());
    term.why = as_text(in.string());
    if (!in.exhausted()) return std::nullopt;
    return term;
}

}  // namespace

std::optional<Timestamp> first_look(const Term& term) {
    if (!term.due || !term.tells_a_life) return term.due;
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(*term.due)};
    return Timestamp{std::chrono::sys_days{day.year() / day.month() / 1}};
}

Terms::Terms(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random)
    : connection_(connection), keys_(keys), cells_(keys, keyring::Purpose::name, random) {}

Result<std::int64_t> Terms::epoch() {
    auto query = connection_.query("SELECT epoch FROM retention");
    const auto row = query.next();
    if (!row) return failure(row.error());
    return *row ? query.integer(0) : stale_epoch;
}

Result<bool> Terms::is_current(const Digest32& rules) {
    auto query = connection_.query("SELECT 1 FROM retention WHERE rules = ?", rules);
    return query.next();
}

Result<> Terms::begin_epoch(const Digest32& rules) {
    return connection_.run("UPDATE retention SET epoch = epoch + 1, rules = ?", rules);
}

Result<> Terms::mark_all_stale() {
    return connection_.run("UPDATE retention SET epoch = epoch + 1");
}

Result<> Terms::settle(FileId file, const Term& term, const Digest32& rules) {
    const auto cell =
        cells_.seal(term_cell(file), keys_.current(keyring::Purpose::name), to_bytes(term));
    if (!cell) return failure(cell.error());
    return connection_.run(
        "INSERT INTO terms (file, epoch, look, term) VALUES (?, coalesce((SELECT epoch FROM"
        " retention WHERE rules = ?), 0), ?, ?) ON CONFLICT (file) DO UPDATE SET"
        " epoch = excluded.epoch, look = excluded.look, term = excluded.term",
        file, rules, first_look(term), *cell);
}

Result<> Terms::mark_stale(FileId file) {
    return connection_.run("UPDATE terms SET epoch = 0 WHERE file = ?", file);
}

Result<> Terms::drop(FileId file) {
    return connection_.run("DELETE FROM terms WHERE file = ?", file);
}

Result<std::vector<Settled>> Terms::settled_of(database::Statement query, std::int64_t epoch) {
    std::vector<Settled> all;
    for (;;) {
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return all;
        Settled& one = all.emplace_back();
        one.file = query.integer(0);
        one.current = query.integer(1) == epoch;
        if (!query.is_null(2)) one.look = query.time(2);
        if (query.is_null(3)) continue;
        const auto cell = cells_.open(term_cell(one.file), query.blob(3));
        if (!cell && cell.error() != database::database_errc::altered_cell)
            return failure(cell.error());
        auto term = cell ? term_of(*cell) : std::nullopt;
        one.current = one.current && term;
        if (term) one.term = *std::move(term);
    }
}

Result<std::optional<Settled>> Terms::find(FileId file) {
    const auto now = epoch();
    if (!now) return failure(now.error());
    auto found = settled_of(
        connection_.query("SELECT file, epoch, look, term FROM terms WHERE file = ?", file), *now);
    if (!found) return failure(found.error());
    if (found->empty()) return std::nullopt;
    return std::move(found->front());
}

Result<bool> Terms::is_settled(FileId file) {
    auto query = connection_.query(
        "SELECT 1 FROM terms t WHERE t.file = ? AND t.epoch = (SELECT epoch FROM retention)"
        " AND NOT EXISTS (SELECT 1 FROM file_classes c JOIN class_subjects l ON l.life = c.id"
        " JOIN stale_subjects s ON s.subject = l.subject WHERE c.file = t.file)",
        file);
    return query.next();
}

Result<> Terms::look_again(FileId file, Timestamp at) {
    return connection_.run("UPDATE terms SET look = ? WHERE file = ? AND look IS NOT NULL", at,
                           file);
}

Result<std::vector<FileId>> Terms::stale(std::size_t limit) {
    return database::rows_of(
        connection_.query(
            "SELECT file FROM terms WHERE epoch < (SELECT epoch FROM retention) LIMIT ?",
            std::uint64_t{limit}),
        [](const database::Statement& row) { return row.integer(0); });
}

// `life` is how far a subject's lives are worked out. One that is marked in the midst of that is
// not begun anew, or deposits could keep it from ever coming to an end: its `life` turns negative,
// and once the end is reached, all is worked out once more.
Result<> Terms::mark_subjects_of(FileId file) {
    return connection_.run(
        "INSERT INTO stale_subjects (subject, life)"
        " SELECT l.subject, 0 FROM file_classes c JOIN class_subjects l ON l.life = c.id"
        " WHERE c.file = ? ON CONFLICT (subject) DO UPDATE SET life = -abs(life)",
        file);
}

Result<> Terms::mark_subject(SubjectId subject) {
    return connection_.run(
        "INSERT INTO stale_subjects (subject, life) SELECT id, 0 FROM subjects WHERE id = ?"
        " ON CONFLICT (subject) DO UPDATE SET life = -abs(life)",
        subject);
}

Result<std::optional<Terms::StaleSubject>> Terms::stale_subject() {
    // Any of them, so that none that is marked again and again is in the way of the others.
    auto query = connection_.query(
        "SELECT subject, abs(life) FROM (SELECT subject, life FROM stale_subjects ORDER BY subject"
        " LIMIT ?) ORDER BY random() LIMIT 1",
        subjects_in_turn);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return StaleSubject{query.integer(0), query.integer(1)};
}

Result<> Terms::subject_settled(SubjectId subject, std::optional<LifeId> up_to) {
    if (up_to)
        return connection_.run(
            "UPDATE stale_subjects SET life = CASE WHEN life < 0 THEN -? ELSE ? END"
            " WHERE subject = ?",
            *up_to, *up_to, subject);
    if (auto ended =
            connection_.run("DELETE FROM stale_subjects WHERE subject = ? AND life >= 0", subject);
        !ended)
        return ended;
    return connection_.run("UPDATE stale_subjects SET life = 0 WHERE subject = ?", subject);
}

Result<std::vector<FileId>> Terms::to_look_at(Timestamp now, std::size_t limit) {
    return database::rows_of(
        connection_.query(
            "SELECT file FROM terms WHERE epoch = (SELECT epoch FROM retention) AND look <= ?"
            " ORDER BY look LIMIT ?",
            now, std::uint64_t{limit}),
        [](const database::Statement& row) { return row.integer(0); });
}

Result<std::vector<Settled>> Terms::list(std::optional<Timestamp> after_look, FileId after,
                                         Timestamp until, std::size_t limit) {
    const auto now = epoch();
    if (!now) return failure(now.error());
    const Timestamp from = after_look.value_or(Timestamp::min());
    return settled_of(connection_.query("SELECT file, epoch, look, term FROM terms WHERE epoch = ?"
                                        " AND look >= ? AND look <= ? AND (look > ? OR file > ?)"
                                        " ORDER BY look, file LIMIT ?",
                                        *now, from, until, from, after, std::uint64_t{limit}),
                      *now);
}

Result<std::vector<Settled>> Terms::endless(FileId after, std::size_t limit) {
    const auto now = epoch();
    if (!now) return failure(now.error());
    return settled_of(connection_.query("SELECT file, epoch, look, term FROM terms WHERE epoch = ?"
                                        " AND look IS NULL AND file > ? ORDER BY file LIMIT ?",
                                        *now, after, std::uint64_t{limit}),
                      *now);
}

Result<ClockState> Terms::clock() {
    auto query = connection_.query("SELECT seen, stopped FROM retention");
    const auto row = query.next();
    if (!row) return failure(row.error());
    ClockState state;
    if (!*row) return state;
    if (!query.is_null(0)) state.seen = query.time(0);
    if (!query.is_null(1)) state.stopped = query.time(1);
    return state;
}

Result<> Terms::set_clock(const ClockState& state) {
    return connection_.run("UPDATE retention SET seen = ?, stopped = ?", state.seen, state.stopped);
}

}  // namespace consign::terms
