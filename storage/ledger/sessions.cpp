#include <algorithm>
#include <utility>

#include "storage/database/errc.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/ledger/errc.hpp"
#include "storage/ledger/ledger.hpp"
#include "storage/ledger/query_text.hpp"

namespace consign::ledger {

namespace {

database::CellPlace address_cell(std::int64_t row) {
    return {.table = "sessions", .column = "address", .row = row};
}

}  // namespace

Result<> Ledger::open_session(const Session& session) {
    auto known = connection_.query("SELECT 1 FROM sessions WHERE session = ?", session.id);
    const auto is_known = known.next();
    if (!is_known) return failure(is_known.error());
    if (*is_known) return failure(ledger_errc::already_open);

    const auto row = database::next_row_id(connection_, "sessions");
    if (!row) return failure(row.error());
    const auto key = keys_.period_key_for(session.started);
    if (!key) return failure(key.error());
    const auto address = cells_.seal(address_cell(*row), *key, as_bytes(session.address));
    if (!address) return failure(address.error());
    return connection_.run(
        "INSERT INTO sessions (id, session, protocol, listener, address, client, algorithms,"
        " account, login_methods, started, ended, end_reason, files_in, files_out, bytes_in,"
        " bytes_out) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *row, session.id, session.protocol, session.listener, *address, session.client,
        session.algorithms, session.account, session.login_methods, session.started, session.ended,
        session.end_reason, session.files_in, session.files_out, session.bytes_in,
        session.bytes_out);
}

Result<> Ledger::update_session(const Session& session) {
    const auto done = connection_.run(
        "UPDATE sessions SET client = ?, algorithms = ?, account = ?, login_methods = ?, ended = ?,"
        " end_reason = ?, files_in = ?, files_out = ?, bytes_in = ?, bytes_out = ?"
        " WHERE session = ?",
        session.client, session.algorithms, session.account, session.login_methods, session.ended,
        session.end_reason, session.files_in, session.files_out, session.bytes_in,
        session.bytes_out, session.id);
    if (done && connection_.changes() == 0) return failure(ledger_errc::no_such_session);
    return done;
}

Result<std::size_t> Ledger::end_open_sessions(Timestamp now, const std::string& reason) {
    const auto done = connection_.run(
        "UPDATE sessions SET ended = ?, end_reason = ? WHERE ended IS NULL", now, reason);
    if (!done) return failure(done.error());
    return static_cast<std::size_t>(connection_.changes());
}

Result<Session> Ledger::session_row(const database::Statement& query) {
    Session session;
    session.id = query.id(1);
    session.protocol = query.text(2);
    session.listener = query.text(3);
    session.client = query.text(5);
    session.algorithms = query.text(6);
    session.account = query.text(7);
    session.login_methods = query.text(8);
    session.started = query.time(9);
    if (!query.is_null(10)) session.ended = query.time(10);
    session.end_reason = query.text(11);
    session.files_in = query.natural(12);
    session.files_out = query.natural(13);
    session.bytes_in = query.natural(14);
    session.bytes_out = query.natural(15);

    const auto address = cells_.open(address_cell(query.integer(0)), query.blob(4));
    session.address_readable = address.has_value();
    if (address) {
        session.address = as_text(*address);
        return session;
    }
    session.address_altered = address.error() == database::database_errc::altered_cell;
    if (!session.address_altered && address.error() != keyring::keyring_errc::no_such_key)
        return failure(address.error());
    return session;
}

Result<std::vector<Session>> Ledger::sessions(const SessionFilter& filter) {
    QueryText text(
        "SELECT id, session, protocol, listener, address, client, algorithms, account,"
        " login_methods, started, ended, end_reason, files_in, files_out, bytes_in, bytes_out"
        " FROM sessions");
    text.where(filter.account.has_value(), "account = ?");
    // As in events(): only the ids of a range are sorted.
    const bool has_range = filter.from || filter.until;
    text.where(has_range, "id IN (SELECT id FROM sessions WHERE started >= ? AND started < ?)");
    auto query = connection_.query(text.then(" ORDER BY id DESC"));
    if (filter.account) query.bind(*filter.account);
    if (has_range) query.bind(filter.from.value_or(Timestamp::min()));
    if (has_range) query.bind(filter.until.value_or(Timestamp::max()));

    std::vector<Session> sessions;
    while (sessions.size() < filter.limit) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) break;
        auto session = session_row(query);
        if (!session) return failure(session.error());
        sessions.push_back(std::move(*session));
    }
    std::ranges::reverse(sessions);
    return sessions;
}

}  // namespace consign::ledger
