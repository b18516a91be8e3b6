#include "storage/ledger/completeness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/query_text.hpp"
#include "storage/ledger/session_columns.hpp"

namespace consign::ledger {

namespace {

using keyring::KeyId;

void note(Lack& lack, std::int64_t row) {
    ++lack.count;
    if (row > 0 && (lack.first == 0 || row < lack.first)) lack.first = row;
}

void tell_erased(Completeness& found, std::int64_t row, std::string why) {
    if (found.first_erased && *found.first_erased <= row) return;
    found.first_erased = row;
    found.why = std::move(why);
}

/// Of a login's detail, what the session's row says, too, and never says otherwise later: a client
/// may name itself anew. Rows of older versions tell less.
bool fits(const Event& login, const Session& session) {
    if (login.account != session.account || login.protocol != session.protocol) return false;
    return !login.detail.contains("; client ") || login.detail.ends_with("; " + session.algorithms);
}

}  // namespace

CompletenessCheck::CompletenessCheck(database::Connection& connection, const keyring::Keyring& keys,
                                     RandomSource& random)
    : connection_(connection),
      reader_(keys, random),
      cells_(keys, keyring::Purpose::ledger_period, random),
      index_(connection, keys),
      receipt_rows_(connection) {}

Result<Completeness> CompletenessCheck::run(std::span<const keyring::PeriodKey> known,
                                            const std::stop_token& stop) {
    tally_ = {};
    known_.clear();
    for (const keyring::PeriodKey& key : known) known_.insert(key.id);
    const auto left = index_.left_to_index();
    if (!left) return failure(left.error());
    events_to_index_ = left->events;
    sessions_to_index_ = left->sessions;
    Completeness found;
    found.to_index = left->events + left->sessions;
    auto query = connection_.query(QueryText(select_events).then(" ORDER BY sequence"));
    for (;;) {
        if (stop.stop_requested()) return failure(std::errc::operation_canceled);
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) break;
        if (auto looked = look_at_row(query, found); !looked) return failure(looked.error());
    }
    if (const auto untold = tally_.untold())
        tell_erased(
            found, untold->first,
            fmt::format("from it on, {} rows of {} about {} have lost their personal fields, "
                        "and of {} of them no event tells that they were forgotten",
                        untold->among, untold->month, untold->are_about_files ? "files" : "no file",
                        untold->rows));
    if (auto looked = look_at_sessions(found); !looked) return failure(looked.error());
    return found;
}

Result<> CompletenessCheck::look_at_row(const database::Statement& query, Completeness& found) {
    EventRow row = EventReader::sealed_row(query);
    if (auto opened = reader_.open(row, query); !opened) return opened;
    tally_.read(row.event);
    if (!row.personal_readable) {
        if (auto looked = look_at_lost(query, row, found); !looked) return looked;
    } else if (!query.is_null(personal_column) && row.sequence > events_to_index_) {
        const KeyId period = database::key_of_cell(query.blob(personal_column));
        if (auto looked = look_for_entries(period, row, found); !looked) return looked;
    }
    const Action action = row.event.action;
    if (action == Action::login || action == Action::login_failed)
        return look_for_session(row, found);
    if (action == Action::destroyed || action == Action::delivered)
        return look_for_owner(row, found);
    return {};
}

Result<> CompletenessCheck::look_at_lost(const database::Statement& query, const EventRow& row,
                                         Completeness& found) {
    if (row.personal_altered) {
        tell_erased(found, row.sequence,
                    "its personal fields were taken away or changed: they are not those that it "
                    "commits to");
        return {};
    }
    const KeyId key = database::key_of_cell(query.blob(personal_column));
    if (key != 0 && known_.contains(key)) return {};
    const bool is_about_file = !row.event.stream.is_nil();
    if (key == 0) {
        const auto kept = is_kept(row.event.stream);
        if (!kept) return failure(kept.error());
        if (*kept) {
            tell_erased(found, row.sequence,
                        "its personal fields were overwritten, and its file is still here");
            return {};
        }
    }
    tally_.forgotten(row.sequence, row.event.time, is_about_file);
    return {};
}

Result<bool> CompletenessCheck::is_kept(const Id& stream) {
    auto query = connection_.query(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM files WHERE stream = ?)"
        " OR EXISTS (SELECT 1 FROM uploads WHERE stream = ?)",
        stream, stream);
    return query.next();
}

Result<> CompletenessCheck::look_for_entries(KeyId period, const EventRow& row,
                                             Completeness& found) {
    for (const IndexEntry& entry : index_entries(row.event)) {
        const auto is_there = index_.has(period, entry, row.sequence);
        if (!is_there && is_there.error() == keyring::keyring_errc::no_such_key) return {};
        if (!is_there) return failure(is_there.error());
        if (!*is_there) note(found.index, row.sequence);
    }
    return {};
}

Result<> CompletenessCheck::look_for_session(const EventRow& row, Completeness& found) {
    if (row.event.session.is_nil()) return {};
    Session session;
    {
        auto query = connection_.query(
            "SELECT account, protocol, algorithms FROM sessions WHERE session = ?",
            row.event.session);
        const auto is_there = query.next();
        if (!is_there) return failure(is_there.error());
        if (!*is_there) {
            note(found.sessions, row.sequence);
            return {};
        }
        session.account = query.text(0);
        session.protocol = query.text(1);
        session.algorithms = query.text(2);
    }
    // Who failed to log in has no account yet.
    if (row.event.action != Action::login || fits(row.event, session)) return {};
    // The row says what the last login was.
    auto later =
        connection_.query("SELECT 1 FROM events WHERE session = ? AND action = 10 AND sequence > ?",
                          row.event.session, row.sequence);
    const auto is_there = later.next();
    if (!is_there) return failure(is_there.error());
    if (!*is_there) note(found.sessions, row.sequence);
    return {};
}

Result<> CompletenessCheck::look_for_owner(const EventRow& row, Completeness& found) {
    if (row.event.outcome != Outcome::granted) return {};
    const auto deposit = receipt_rows_.deposit_of(row.event.stream, row.sequence);
    if (!deposit) return failure(deposit.error());
    if (!*deposit) return {};
    auto query = connection_.query(
        "SELECT 1 FROM receipt_owners WHERE account = (SELECT account FROM events"
        " WHERE sequence = ?) AND time = ? AND sequence = ? AND action = ?",
        **deposit, row.event.time, row.sequence,
        std::int64_t{std::to_underlying(row.event.action)});
    const auto is_there = query.next();
    if (!is_there) return failure(is_there.error());
    if (!*is_there) note(found.receipts, row.sequence);
    return {};
}

Result<> CompletenessCheck::look_at_sessions(Completeness& found) {
    auto query = connection_.query(QueryText(select_sessions).then(" ORDER BY id"));
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return {};
        const std::int64_t id = query.integer(0);
        const auto session = session_of(query, cells_);
        if (!session) return failure(session.error());
        const KeyId key = database::key_of_cell(query.blob(4));
        if (!session->address_readable) {
            const bool is_told = !session->address_altered &&
                                 (known_.contains(key) || tally_.is_access_told(session->started));
            if (!is_told) note(found.sessions, 0);
            continue;
        }
        if (id <= sessions_to_index_ || session->address.empty()) continue;
        const auto is_there = index_.has(key, {IndexField::session_address, session->address}, -id);
        if (!is_there && is_there.error() == keyring::keyring_errc::no_such_key) continue;
        if (!is_there) return failure(is_there.error());
        if (!*is_there) note(found.index, 0);
    }
}

}  // namespace consign::ledger
