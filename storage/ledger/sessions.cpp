#include "storage/database/sqlite.hpp"
#include "storage/ledger/errc.hpp"
#include "storage/ledger/ledger.hpp"
#include "storage/ledger/session_columns.hpp"

namespace consign::ledger {

Result<> Ledger::open_session(const Session& session) {
    const auto row = database::next_row_id(connection_, "sessions");
    if (!row) return failure(row.error());
    const auto key = keys_.period_key_for(session.started, keyring::Purpose::ledger_period);
    if (!key) return failure(key.error());
    const auto address = cells_.seal(address_cell(*row), *key, as_bytes(session.address));
    if (!address) return failure(address.error());
    const auto inserted = connection_.run(
        "INSERT INTO sessions (id, session, protocol, listener, address, client, algorithms,"
        " account, login_methods, started, ended, end_reason, files_in, files_out, bytes_in,"
        " bytes_out) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *row, session.id, session.protocol, session.listener, *address, session.client,
        session.algorithms, session.account, session.login_methods, session.started, session.ended,
        session.end_reason, session.files_in, session.files_out, session.bytes_in,
        session.bytes_out);
    if (!inserted && inserted.error() == database::sqlite_errc::not_unique)
        return failure(ledger_errc::already_open);
    if (!inserted) return inserted;
    return index_.add_session(*key, *row, session.address);
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

}  // namespace consign::ledger
