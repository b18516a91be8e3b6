#include "storage/inquiry/ledger_tables.hpp"

#include <array>
#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/inquiry/cells.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/event_row.hpp"
#include "storage/ledger/query_text.hpp"
#include "storage/ledger/search_plan.hpp"
#include "storage/ledger/session_columns.hpp"

namespace consign::inquiry {

namespace {

using database::OfferedTable;
using database::Restriction;
using database::Statement;
using database::Value;
using Column = OfferedTable::Column;
using Rows = OfferedTable::Rows;
using Restrictions = std::span<const Restriction>;

std::string_view state_of(bool readable, bool altered) {
    if (altered) return "altered";
    return readable ? "readable" : "forgotten";
}

constexpr auto event_columns = std::to_array<Column>(
    {{"sequence", "INTEGER", "number in the chain", true},
     {"time", "TEXT", "UTC, as 2026-11-24T06:17:00.000000Z", true},
     {"action", "TEXT", "deposited, login_failed, ...: docs/formats/ledger.md", true},
     {"outcome", "TEXT", "granted, refused or failed", true},
     {"session", "TEXT", "id; empty without one", true},
     {"account", "TEXT", "or system:NAME, admin:USER", true},
     {"protocol", "TEXT", "sftp, ftps, control or empty"},
     {"rule", "TEXT", "FILE:LINE that decided"},
     {"detail", "TEXT", "words"},
     {"stream", "TEXT", "id of the file; empty about none", true},
     {"bytes", "INTEGER", "size, or how many were sent"},
     {"count", "INTEGER", "of equal events in this row"},
     {"policy", "TEXT", "hash of the policy it was decided under"},
     {"hash", "TEXT", "of the chain, here"},
     {"personal", "TEXT", "state of those below: readable, forgotten or altered"},
     {"path", "TEXT", "of the whole tree (sealed)"},
     {"second_path", "TEXT", "a rename's target, a route's copy (sealed)"},
     {"address", "TEXT", "the peer's (sealed)"},
     {"sha256", "TEXT", "of the content (sealed)"},
     {"subject", "TEXT", "AUTHORITY/ID (sealed)"},
     {"query", "TEXT", "what was asked of audit sql (sealed)"}});

enum EventCell : int {
    event_sequence,
    event_time,
    event_action,
    event_outcome,
    event_session,
    event_account,
    event_protocol,
    event_rule,
    event_detail,
    event_stream,
    event_bytes,
    event_count,
    event_policy,
    event_hash,
    event_personal,
    event_path,
    event_second_path,
    event_address,
    event_sha256,
    event_subject,
    event_query,
};

class EventRows final : public Rows {
  public:
    EventRows(Statement query, const keyring::Keyring& keys, RandomSource& random)
        : query_(std::move(query)), reader_(keys, random) {}

    Result<bool> next() override {
        is_open_ = false;
        const auto more = query_.next();
        if (more && *more) row_ = ledger::EventReader::sealed_row(query_);
        return more;
    }

    Result<Value> value(int column) override {
        if (column >= event_personal && !std::exchange(is_open_, true))
            if (auto opened = reader_.open(row_, query_); !opened) return failure(opened.error());
        return column < event_personal ? clear(column) : personal(column);
    }

  private:
    [[nodiscard]] Value clear(int column) const {
        const ledger::Event& event = row_.event;
        switch (column) {
            case event_sequence:
                return row_.sequence;
            case event_time:
                return shown(event.time);
            case event_action:
                return std::string(name_of(event.action));
            case event_outcome:
                return std::string(name_of(event.outcome));
            case event_session:
                return shown(event.session);
            case event_account:
                return shown(event.account);
            case event_protocol:
                return shown(event.protocol);
            case event_rule:
                return shown(event.rule);
            case event_detail:
                return shown(event.detail);
            case event_stream:
                return shown(event.stream);
            case event_bytes:
                return shown(event.bytes);
            case event_count:
                return shown(event.count);
            case event_policy:
                return to_hex(event.policy);
            default:
                return to_hex(row_.hash);
        }
    }

    [[nodiscard]] Value personal(int column) const {
        const ledger::Personal& personal = row_.event.personal;
        const auto given = [this](std::string_view raw) {
            return shown_if(row_.personal_readable && !raw.empty(), raw);
        };
        switch (column) {
            case event_path:
                return given(personal.path);
            case event_second_path:
                return given(personal.second_path);
            case event_address:
                return given(personal.address);
            case event_sha256:
                return given(personal.sha256);
            case event_subject:
                return given(personal.subject);
            case event_query:
                return given(personal.query);
            default:
                return std::string(state_of(row_.personal_readable, row_.personal_altered));
        }
    }

    Statement query_;
    ledger::EventReader reader_;
    ledger::EventRow row_;
    bool is_open_ = false;
};

class EventTable final : public OfferedTable {
  public:
    EventTable(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random)
        : connection_(connection), keys_(keys), random_(random) {}

    const char* name() const override { return "event"; }
    std::span<const Column> columns() const override { return event_columns; }

    Result<std::unique_ptr<Rows>> open(Restrictions given, bool descending) override {
        const auto action_name = text_of(given, event_action);
        const auto action = action_name ? ledger::action_named(*action_name) : std::nullopt;
        const auto outcome_name = text_of(given, event_outcome);
        const auto outcome = outcome_name ? ledger::outcome_named(*outcome_name) : std::nullopt;
        const auto session = id_of(given, event_session);
        const auto stream = id_of(given, event_stream);
        const auto account = text_of(given, event_account);
        const Numbers sequences = numbers_of(given, event_sequence);
        const Moments times = moments_of(given, event_time);
        const bool timed = times.from != Timestamp::min() || times.until != Timestamp::max();

        ledger::QueryText text(ledger::select_events);
        text.where(true, "sequence >= ? AND sequence <= ?");
        // Whole rows are not to be sorted: what has no index that gives them in order is a filter.
        text.where(timed,
                   "sequence BETWEEN (SELECT min(sequence) FROM events INDEXED BY events_by_time"
                   " WHERE time >= ? AND time < ?) AND (SELECT max(sequence) FROM events"
                   " INDEXED BY events_by_time WHERE time >= ? AND time < ?)");
        text.where(action && ledger::is_rare(*action), "action = ?");
        text.where(action && ledger::is_rare(*action), ledger::rare_actions_alone);
        text.where(action && !ledger::is_rare(*action), "+action = ?");
        text.where(outcome.has_value(), "+outcome = ?");
        text.where(session.has_value(), "session = ?");
        text.where(stream.has_value(),
                   "stream = ? AND stream <> x'00000000000000000000000000000000'");
        text.where(account.has_value(), "account = ?");
        auto query = connection_.query(text.then(descending ? Literal(" ORDER BY sequence DESC")
                                                            : Literal(" ORDER BY sequence")),
                                       sequences.first, sequences.last);
        for (int end = 0; timed && end < 2; ++end) {
            query.bind(times.from);
            query.bind(times.until);
        }
        if (action) query.bind(std::int64_t{std::to_underlying(*action)});
        if (outcome) query.bind(std::int64_t{std::to_underlying(*outcome)});
        if (session) query.bind(*session);
        if (stream) query.bind(*stream);
        if (account) query.bind(*account);
        return std::make_unique<EventRows>(std::move(query), keys_, random_);
    }

  private:
    database::Connection& connection_;
    const keyring::Keyring& keys_;
    RandomSource& random_;
};

constexpr auto session_columns = std::to_array<Column>(
    {{"number", "INTEGER", "in the order of their first logins", true},
     {"id", "TEXT", "as events name it", true},
     {"protocol", "TEXT", "sftp or ftps"},
     {"listener", "TEXT", "of the policy"},
     {"client", "TEXT", "what it called itself"},
     {"algorithms", "TEXT", "what was agreed on"},
     {"account", "TEXT", "who logged in, or tried to", true},
     {"login_methods", "TEXT", "by which"},
     {"started", "TEXT", "UTC", true},
     {"ended", "TEXT", "UTC; NULL while it lasts"},
     {"end_reason", "TEXT", "why it ended"},
     {"files_in", "INTEGER", "deposited"},
     {"files_out", "INTEGER", "collected"},
     {"bytes_in", "INTEGER", "received"},
     {"bytes_out", "INTEGER", "sent"},
     {"personal", "TEXT", "state of the address: readable, forgotten or altered"},
     {"address", "TEXT", "the peer's (sealed)"}});

enum SessionCell : int {
    session_number,
    session_id,
    session_protocol,
    session_listener,
    session_client,
    session_algorithms,
    session_account,
    session_login_methods,
    session_started,
    session_ended,
    session_end_reason,
    session_files_in,
    session_files_out,
    session_bytes_in,
    session_bytes_out,
    session_personal,
    session_address,
};

class SessionRows final : public Rows {
  public:
    SessionRows(Statement query, const keyring::Keyring& keys, RandomSource& random)
        : query_(std::move(query)), cells_(keys, keyring::Purpose::ledger_period, random) {}

    Result<bool> next() override {
        auto more = query_.next();
        if (!more || !*more) return more;
        auto session = ledger::session_of(query_, cells_);
        if (!session) return failure(session.error());
        session_ = *std::move(session);
        number_ = query_.integer(0);
        return true;
    }

    Result<Value> value(int column) override {
        const ledger::Session& session = session_;
        switch (column) {
            case session_number:
                return number_;
            case session_id:
                return shown(session.id);
            case session_protocol:
                return shown(session.protocol);
            case session_listener:
                return shown(session.listener);
            case session_client:
                return shown(session.client);
            case session_algorithms:
                return shown(session.algorithms);
            case session_account:
                return shown(session.account);
            case session_login_methods:
                return shown(session.login_methods);
            case session_started:
                return shown(session.started);
            case session_ended:
                return session.ended ? Value(shown(*session.ended)) : Value();
            case session_end_reason:
                return shown(session.end_reason);
            case session_files_in:
                return shown(session.files_in);
            case session_files_out:
                return shown(session.files_out);
            case session_bytes_in:
                return shown(session.bytes_in);
            case session_bytes_out:
                return shown(session.bytes_out);
            case session_personal:
                return std::string(state_of(session.address_readable, session.address_altered));
            default:
                return shown_if(session.address_readable, session.address);
        }
    }

  private:
    Statement query_;
    database::SealedCells cells_;
    ledger::Session session_;
    std::int64_t number_ = 0;
};

class SessionTable final : public OfferedTable {
  public:
    SessionTable(database::Connection& connection, const keyring::Keyring& keys,
                 RandomSource& random)
        : connection_(connection), keys_(keys), random_(random) {}

    const char* name() const override { return "session"; }
    std::span<const Column> columns() const override { return session_columns; }

    Result<std::unique_ptr<Rows>> open(Restrictions given, bool descending) override {
        const Numbers numbers = numbers_of(given, session_number);
        const Moments starts = moments_of(given, session_started);
        const auto id = id_of(given, session_id);
        const auto account = text_of(given, session_account);
        ledger::QueryText text(ledger::select_sessions);
        text.where(true, "id >= ? AND id <= ?");
        text.where(true, "+started >= ? AND +started < ?");
        text.where(id.has_value(), "session = ?");
        text.where(account.has_value(), "account = ?");
        auto query = connection_.query(
            text.then(descending ? Literal(" ORDER BY id DESC") : Literal(" ORDER BY id")),
            numbers.first, numbers.last, starts.from, starts.until);
        if (id) query.bind(*id);
        if (account) query.bind(*account);
        return std::make_unique<SessionRows>(std::move(query), keys_, random_);
    }

  private:
    database::Connection& connection_;
    const keyring::Keyring& keys_;
    RandomSource& random_;
};

constexpr auto checkpoint_columns =
    std::to_array<Column>({{"sequence", "INTEGER", "the last row that it vouches for", true},
                           {"text", "TEXT", "what was signed"},
                           {"signature", "TEXT", "SSHSIG"}});

class CheckpointRows final : public Rows {
  public:
    explicit CheckpointRows(Statement query) : query_(std::move(query)) {}
    Result<bool> next() override { return query_.next(); }
    Result<Value> value(int column) override {
        if (column == 0) return query_.integer(0);
        return std::string(query_.text(column));
    }

  private:
    Statement query_;
};

class CheckpointTable final : public OfferedTable {
  public:
    explicit CheckpointTable(database::Connection& connection) : connection_(connection) {}

    const char* name() const override { return "checkpoint"; }
    std::span<const Column> columns() const override { return checkpoint_columns; }

    Result<std::unique_ptr<Rows>> open(Restrictions given, bool descending) override {
        const Numbers sequences = numbers_of(given, 0);
        ledger::QueryText text("SELECT sequence, text, signature FROM checkpoints");
        text.where(true, "sequence >= ? AND sequence <= ?");
        return std::make_unique<CheckpointRows>(
            connection_.query(text.then(descending ? Literal(" ORDER BY sequence DESC")
                                                   : Literal(" ORDER BY sequence")),
                              sequences.first, sequences.last));
    }

  private:
    database::Connection& connection_;
};

}  // namespace

std::unique_ptr<OfferedTable> event_table(database::Connection& connection,
                                          const keyring::Keyring& keys, RandomSource& random) {
    return std::make_unique<EventTable>(connection, keys, random);
}

std::unique_ptr<OfferedTable> session_table(database::Connection& connection,
                                            const keyring::Keyring& keys, RandomSource& random) {
    return std::make_unique<SessionTable>(connection, keys, random);
}

std::unique_ptr<OfferedTable> checkpoint_table(database::Connection& connection) {
    return std::make_unique<CheckpointTable>(connection);
}

}  // namespace consign::inquiry
