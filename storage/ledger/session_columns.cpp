#include "storage/ledger/session_columns.hpp"

#include "base/bytes.hpp"
#include "storage/database/errc.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/keyring/errc.hpp"

namespace consign::ledger {

database::CellPlace address_cell(std::int64_t row) {
    return {.table = "sessions", .column = "address", .row = row};
}

Result<Session> session_of(const database::Statement& query, database::SealedCells& cells) {
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

    const auto address = cells.open(address_cell(query.integer(0)), query.blob(4));
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

}  // namespace consign::ledger
