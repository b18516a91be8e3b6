#include "storage/expectations/expectations.hpp"

#include <utility>

#include "storage/database/sqlite.hpp"

namespace consign::expectations {

namespace {

const std::string select_judged =
    "SELECT kind, name, deadline, counted_from, counted_until, state, files, wanted, mended"
    " FROM expectations WHERE ";

Result<std::vector<Judged>> judged_of(database::Statement query) {
    std::vector<Judged> all;
    for (;;) {
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return all;
        Judged& judged = all.emplace_back();
        judged.kind = static_cast<Kind>(query.integer(0));
        judged.name = query.text(1);
        judged.deadline = query.time(2);
        judged.counted_from = query.time(3);
        judged.counted_until = query.time(4);
        judged.state = static_cast<State>(query.integer(5));
        judged.files = query.natural(6);
        judged.wanted = query.natural(7);
        if (!query.is_null(8)) judged.mended = query.time(8);
    }
}

template <class Enum>
std::int64_t number(Enum value) {
    return std::to_underlying(value);
}

}  // namespace

std::string_view name_of(Kind kind) {
    return kind == Kind::pickup ? "pickup" : "deposit";
}

std::string_view name_of(State state) {
    switch (state) {
        case State::unwatched:
            return "not watched";
        case State::on_time:
            return "on time";
        case State::missing:
            return "missing";
        case State::late:
            return "late";
    }
    return "unknown";
}

Result<std::optional<Timestamp>> Expectations::last(Kind kind, std::string_view name) {
    auto query = connection_.query(
        "SELECT max(deadline) FROM expectations WHERE kind = ? AND name = ?", number(kind), name);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row || query.is_null(0)) return std::nullopt;
    return query.time(0);
}

Result<> Expectations::add(const Judged& judged) {
    return connection_.run(
        "INSERT INTO expectations (kind, name, deadline, counted_from, counted_until, state, files,"
        " wanted, mended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        number(judged.kind), judged.name, judged.deadline, judged.counted_from,
        judged.counted_until, number(judged.state), judged.files, judged.wanted, judged.mended);
}

Result<bool> Expectations::mend(const Judged& judged, Timestamp now) {
    const auto done = connection_.run(
        "UPDATE expectations SET state = ?, files = ?, mended = ?"
        " WHERE kind = ? AND name = ? AND deadline = ? AND state = ?",
        number(State::late), judged.files, now, number(judged.kind), judged.name, judged.deadline,
        number(State::missing));
    if (!done) return failure(done.error());
    return connection_.changes() > 0;
}

Result<std::vector<Judged>> Expectations::missing(Timestamp after, Timestamp until,
                                                  std::size_t limit) {
    static_assert(std::to_underlying(Kind::pickup) == 1);
    return judged_of(connection_.query(
        select_judged +
            "state = 2 AND deadline > ? AND deadline <= ? AND (kind = 1 OR NOT EXISTS (SELECT 1"
            " FROM expectations AS later WHERE later.kind = expectations.kind AND later.name ="
            " expectations.name AND later.deadline > expectations.deadline AND later.deadline <= "
            "?))"
            " ORDER BY deadline LIMIT ?",
        after, until, until, std::uint64_t{limit}));
}

Result<std::vector<Judged>> Expectations::between(Timestamp from, Timestamp until) {
    return judged_of(connection_.query(
        select_judged + "deadline >= ? AND deadline < ? ORDER BY deadline, id", from, until));
}

Result<> Expectations::forget_before(Timestamp deadline) {
    return connection_.run("DELETE FROM expectations WHERE deadline < ?", deadline);
}

Result<std::uint64_t> Expectations::forget_after(Kind kind, std::string_view name,
                                                 Timestamp deadline) {
    const auto done =
        connection_.run("DELETE FROM expectations WHERE kind = ? AND name = ? AND deadline > ?",
                        number(kind), name, deadline);
    if (!done) return failure(done.error());
    return static_cast<std::uint64_t>(connection_.changes());
}

}  // namespace consign::expectations
