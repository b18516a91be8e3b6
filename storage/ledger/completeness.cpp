#include "storage/ledger/completeness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/kept_stream.hpp"
#include "storage/ledger/query_text.hpp"
#include "storage/ledger/session_columns.hpp"
#include "storage/ledger/timestamps.hpp"
#include "storage/ledger/told_session.hpp"

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
    holds_ = {};
    known_.clear();
    noted_sessions_.clear();
    begun_ = latest_ = Timestamp::min();
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
    const auto missing = holds_.missing(connection_);
    if (!missing) return failure(missing.error());
    for (const std::int64_t row : *missing) note(found.holds, row);
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
    holds_.read(row.sequence, row.event);
    if (row.event.action == Action::daemon_started) begun_ = row.event.time;
    const auto looked = look_for_what_it_tells(row, found);
    latest_ = std::max(latest_, row.event.time);
    return looked;
}

Result<> CompletenessCheck::look_for_what_it_tells(const EventRow& row, Completeness& found) {
    switch (row.event.action) {
        case Action::login:
        case Action::login_failed:
        case Action::session_ended:
            return look_for_session(row, found);
        case Action::destroyed:
        case Action::delivered:
            return look_for_owner(row, found);
        case Action::checkpoint_stamped:
            if (const auto checkpoint = stamped_checkpoint(row.event))
                return look_for_stamp(row, *checkpoint, found);
            return {};
        default:
            return {};
    }
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
        const auto kept = is_kept_since(connection_, row.sequence, row.event.stream);
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
    bool is_there = false;
    {
        auto query = connection_.query(
            "SELECT account, protocol, algorithms, login_methods, started, ended, end_reason,"
            " files_in, files_out, bytes_in, bytes_out FROM sessions WHERE session = ?",
            row.event.session);
        const auto read = query.next();
        if (!read) return failure(read.error());
        is_there = *read;
        if (is_there)
            session = {.protocol = std::string(query.text(1)),
                       .algorithms = std::string(query.text(2)),
                       .account = std::string(query.text(0)),
                       .login_methods = std::string(query.text(3)),
                       .started = query.time(4),
                       .ended = query.is_null(5) ? std::nullopt : std::optional(query.time(5)),
                       .end_reason = std::string(query.text(6)),
                       .files_in = query.natural(7),
                       .files_out = query.natural(8),
                       .bytes_in = query.natural(9),
                       .bytes_out = query.natural(10)};
    }
    if (is_there) {
        const auto fits = fits_session(row, session);
        if (!fits) return failure(fits.error());
        if (*fits) return {};
    }
    if (noted_sessions_.insert(row.event.session).second) note(found.sessions, row.sequence);
    return {};
}

Result<bool> CompletenessCheck::fits_session(const EventRow& row, const Session& session) {
    if (row.event.action == Action::session_ended) return fits_end(row.event, session);
    if (const auto may = may_start_so(row, session); !may || !*may) return may;
    // Who failed to log in has no account yet.
    if (row.event.action != Action::login || fits_login(row.event, session)) return true;
    // The row says what the last login was.
    auto later =
        connection_.query("SELECT 1 FROM events WHERE session = ? AND action = 10 AND sequence > ?",
                          row.event.session, row.sequence);
    return later.next();
}

/// Did it begin when its first login, or attempt at one, lets it? A clock that was put forward or
/// back meanwhile is no lie: there must be rows that a clock would have had to pass by twice.
Result<bool> CompletenessCheck::may_start_so(const EventRow& row, const Session& session) {
    const Timestamp login = row.event.time;
    // Put back while it logged in, the clock had been ahead, and so had rows.
    if (session.started > login + clock_slack) return latest_ > login + clock_slack;
    if (session.started >= login - longest_login) return true;
    auto earlier = connection_.query(
        "SELECT 1 FROM events WHERE session = ? AND action IN (10, 11) AND sequence < ? LIMIT 1",
        row.event.session, row.sequence);
    const auto is_later_login = earlier.next();
    if (!is_later_login) return failure(is_later_login.error());
    if (*is_later_login) return true;
    if (session.started + clock_slack < begun_) return false;
    // Put forward (or the machine stood still), the clock went from the one end to the other.
    auto between = connection_.query(
        "SELECT 1 FROM events WHERE time > ? AND time < ? AND sequence < ? LIMIT 1",
        session.started + longest_login, login - longest_login, row.sequence);
    const auto passed_by = between.next();
    if (!passed_by) return failure(passed_by.error());
    return !*passed_by;
}

Result<> CompletenessCheck::look_for_stamp(const EventRow& row, std::int64_t checkpoint,
                                           Completeness& found) {
    auto query = connection_.query(
        "SELECT EXISTS (SELECT 1 FROM checkpoints WHERE sequence = ?),"
        " EXISTS (SELECT 1 FROM timestamps WHERE checkpoint = ?)",
        checkpoint, checkpoint);
    const auto read = query.next();
    if (!read) return failure(read.error());
    if (query.integer(0) == 0) note(found.checkpoints, row.sequence);
    if (query.integer(1) == 0) note(found.timestamps, row.sequence);
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
