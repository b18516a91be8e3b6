#include "storage/ledger/report_rows.hpp"

#include "storage/database/sqlite.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/query_text.hpp"
#include "storage/ledger/session_columns.hpp"

namespace consign::ledger {

ReportRows::ReportRows(database::Connection& connection, const keyring::Keyring& keys,
                       RandomSource& random)
    : connection_(connection),
      cells_(keys, keyring::Purpose::ledger_period, random),
      reader_(keys, random) {}

Result<std::vector<EventRow>> ReportRows::rows_of(database::Statement query) {
    std::vector<EventRow> rows;
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return rows;
        auto row = reader_.row(query);
        if (!row) return failure(row.error());
        rows.push_back(*std::move(row));
    }
}

Result<std::vector<EventRow>> ReportRows::events_of(const std::string& account, Timestamp from,
                                                    Timestamp until, std::int64_t after,
                                                    std::size_t limit) {
    return rows_of(
        connection_.query(QueryText(select_events)
                              .then(" WHERE account = ? AND sequence > ? AND time >= ? AND time < ?"
                                    " ORDER BY sequence LIMIT ?"),
                          account, after, from, until, std::uint64_t{limit}));
}

Result<std::vector<EventRow>> ReportRows::events_about(const Id& stream, std::int64_t after,
                                                       std::size_t limit) {
    // The condition on zeros is what the index of streams is limited to.
    return rows_of(connection_.query(
        QueryText(select_events)
            .then(" WHERE stream = ? AND stream <> x'00000000000000000000000000000000'"
                  " AND sequence > ? ORDER BY sequence LIMIT ?"),
        stream, after, std::uint64_t{limit}));
}

Result<std::vector<NumberedSession>> ReportRows::running(const std::string& account, Timestamp from,
                                                         Timestamp until, SessionRow after,
                                                         std::size_t limit) {
    auto query = connection_.query(
        QueryText(select_sessions)
            .then(" WHERE account = ? AND id > ? AND started < ? AND (ended IS NULL OR ended >= ?)"
                  " ORDER BY id LIMIT ?"),
        account, after, until, from, std::uint64_t{limit});
    std::vector<NumberedSession> sessions;
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return sessions;
        auto session = session_of(query, cells_);
        if (!session) return failure(session.error());
        sessions.push_back({.row = query.integer(0), .session = *std::move(session)});
    }
}

Result<> ReportRows::visit_agreed(const std::function<bool(const Agreed&)>& visit) {
    auto query = connection_.query(
        "SELECT account, protocol, algorithms, client, min(started), max(started), count(*)"
        " FROM sessions WHERE account <> ''"
        " GROUP BY account, protocol, algorithms, client ORDER BY 1, 2, 3, 4");
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return {};
        if (!visit({.account = std::string(query.text(0)),
                    .protocol = std::string(query.text(1)),
                    .algorithms = std::string(query.text(2)),
                    .client = std::string(query.text(3)),
                    .first = query.time(4),
                    .last = query.time(5),
                    .sessions = query.natural(6)}))
            return {};
    }
}

}  // namespace consign::ledger
