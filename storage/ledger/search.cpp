#include "storage/ledger/search.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/ledger/event_columns.hpp"
#include "storage/ledger/query_text.hpp"
#include "storage/ledger/search_conditions.hpp"
#include "storage/ledger/search_plan.hpp"
#include "storage/ledger/session_columns.hpp"

namespace consign::ledger {

namespace {

/// Where select_sessions has them.
constexpr int account_of_session_column = 7;
constexpr int started_column = 9;

/// What can be told of a row without unsealing it, or even copying it.
class Matcher {
  public:
    Matcher(const EventFilter& filter, std::vector<Leads> leads)
        : filter_(filter), leads_(std::move(leads)) {}

    [[nodiscard]] std::span<const Leads> leads() const { return leads_; }

    [[nodiscard]] bool matches(const database::Statement& query) const {
        const auto action = query.integer(action_column);
        if (!filter_.action.any.empty() &&
            std::ranges::none_of(filter_.action.any, [action](Action wanted) {
                return std::to_underlying(wanted) == action;
            }))
            return false;
        if (filter_.outcome &&
            query.integer(outcome_column) != std::to_underlying(*filter_.outcome))
            return false;
        if (filter_.account && query.text(account_column) != *filter_.account) return false;
        const Timestamp time = query.time(time_column);
        if (filter_.from && time < *filter_.from) return false;
        if (filter_.until && time >= *filter_.until) return false;
        if (filter_.session && query.id(session_column) != *filter_.session) return false;
        if (filter_.stream && query.id(stream_column) != *filter_.stream) return false;
        return std::ranges::all_of(leads_,
                                   [&query](const Leads& leads) { return leads.lead_to(query); });
    }

    [[nodiscard]] bool matches(const Personal& personal) const {
        const auto matches = [this](const std::string& path) {
            return !path.empty() && filter_.path_matches(path);
        };
        return !filter_.path_matches || matches(personal.path) || matches(personal.second_path);
    }

  private:
    const EventFilter& filter_;
    std::vector<Leads> leads_;
};

/// Puts the row behind `rows` where it matches.
Result<> take(const Matcher& matcher, EventReader& reader, const database::Statement& query,
              std::vector<EventRow>& rows) {
    if (!matcher.matches(query)) return {};
    auto row = reader.row(query);
    if (!row) return failure(row.error());
    if (matcher.matches(row->event.personal)) rows.push_back(*std::move(row));
    return {};
}

Result<> read_listed(database::Connection& connection, const Sequences& listed,
                     const Matcher& matcher, EventReader& reader, std::size_t limit,
                     std::vector<EventRow>& rows) {
    static const std::string one = QueryText(select_events).then(" WHERE sequence = ?");
    for (const std::int64_t sequence : listed) {
        if (rows.size() >= limit) return {};
        auto query = connection.query(one, sequence);
        const auto found = query.next();
        if (!found) return failure(found.error());
        if (!*found) continue;
        if (auto taken = take(matcher, reader, query, rows); !taken) return taken;
    }
    return {};
}

Result<> read_stretch(database::Connection& connection, const SearchPlan& plan,
                      const EventFilter& filter, const Matcher& matcher, EventReader& reader,
                      std::vector<EventRow>& rows) {
    QueryText text(select_events);
    text.where(true, "sequence >= ? AND sequence <= ?");
    text.where(filter.account.has_value(), "account = ?");
    text.where(!filter.account, "+time >= ? AND +time < ?");
    auto query = connection.query(text.then(" ORDER BY sequence DESC"), plan.oldest, plan.newest);
    if (filter.account) {
        query.bind(*filter.account);
    } else {
        query.bind(filter.from.value_or(Timestamp::min()));
        query.bind(filter.until.value_or(Timestamp::max()));
    }
    while (rows.size() < filter.limit) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return {};
        if (auto taken = take(matcher, reader, query, rows); !taken) return taken;
    }
    return {};
}

/// The sessions that match, the address aside.
struct SessionsTaken {
    const SessionFilter& filter;
    database::SealedCells& cells;
    std::vector<Session> sessions{};

    Result<> take(const database::Statement& query) {
        const Timestamp started = query.time(started_column);
        if (filter.account && query.text(account_of_session_column) != *filter.account) return {};
        if (filter.from && started < *filter.from) return {};
        if (filter.until && started >= *filter.until) return {};
        auto session = session_of(query, cells);
        if (!session) return failure(session.error());
        sessions.push_back(*std::move(session));
        return {};
    }
};

}  // namespace

Search::Search(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random)
    : connection_(connection),
      cells_(keys, keyring::Purpose::ledger_period, random),
      reader_(keys, random),
      index_(connection, keys) {}

Result<std::vector<EventRow>> Search::events(const EventFilter& filter) {
    auto leads = Conditions(connection_, reader_, index_).of(filter);
    if (!leads) return failure(leads.error());
    const Matcher matcher(filter, *std::move(leads));
    const auto plan = SearchPlan::make(connection_, filter, matcher.leads());
    if (!plan) return failure(plan.error());
    std::vector<EventRow> rows;
    const auto read =
        plan->rows ? read_listed(connection_, *plan->rows, matcher, reader_, filter.limit, rows)
                   : read_stretch(connection_, *plan, filter, matcher, reader_, rows);
    if (!read) return failure(read.error());
    std::ranges::reverse(rows);
    return rows;
}

// One step of the index for each: an id may have many events.
Result<std::vector<Id>> Search::streams_between(const Id& first, const Id& last,
                                                std::size_t limit) {
    std::vector<Id> streams;
    while (streams.size() < limit) {
        auto query = connection_.query(
            streams.empty()
                ? "SELECT min(stream) FROM events INDEXED BY events_by_stream WHERE stream >= ?"
                  " AND stream <= ? AND stream <> x'00000000000000000000000000000000'"
                : "SELECT min(stream) FROM events INDEXED BY events_by_stream WHERE stream > ?"
                  " AND stream <= ? AND stream <> x'00000000000000000000000000000000'",
            streams.empty() ? first : streams.back(), last);
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (query.is_null(0)) return streams;
        streams.push_back(query.id(0));
    }
    return streams;
}

Result<Search::News> Search::news(const EventFilter& filter, std::int64_t after,
                                  std::size_t looked_at) {
    News news{.rows = {}, .reached = after};
    auto query = connection_.query(
        QueryText(select_events).then(" WHERE sequence > ? ORDER BY sequence LIMIT ?"), after,
        std::uint64_t{looked_at});
    std::optional<Matcher> matcher;
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return news;
        if (!matcher) {
            auto leads = Conditions(connection_, reader_, index_).of(filter);
            if (!leads) return failure(leads.error());
            matcher.emplace(filter, *std::move(leads));
        }
        if (auto taken = take(*matcher, reader_, query, news.rows); !taken)
            return failure(taken.error());
        news.reached = query.integer(sequence_column);
    }
}

Result<std::vector<Session>> Search::sessions(const SessionFilter& filter) {
    SessionsTaken taken{filter, cells_};
    if (filter.address) {
        const auto ids = index_.find(IndexField::session_address, *filter.address, gathered_limit);
        if (!ids) return failure(ids.error());
        for (const std::int64_t id : *ids) {
            if (taken.sessions.size() >= filter.limit) break;
            auto query = connection_.query(QueryText(select_sessions).then(" WHERE id = ?"), id);
            const auto found = query.next();
            if (!found) return failure(found.error());
            if (!*found) continue;
            if (auto done = taken.take(query); !done) return failure(done.error());
        }
        std::ranges::reverse(taken.sessions);
        return std::move(taken.sessions);
    }
    std::int64_t oldest = 0, newest = std::numeric_limits<std::int64_t>::max();
    if (filter.from || filter.until) {
        // Sessions stand nearly in the order of their starts.
        auto ends = connection_.query(
            "SELECT min(id), max(id) FROM sessions INDEXED BY sessions_by_start"
            " WHERE started >= ? AND started < ?",
            filter.from.value_or(Timestamp::min()), filter.until.value_or(Timestamp::max()));
        const auto row = ends.next();
        if (!row) return failure(row.error());
        if (ends.is_null(0)) return std::vector<Session>();
        oldest = ends.integer(0);
        newest = ends.integer(1);
    }
    QueryText text(select_sessions);
    text.where(true, "id >= ? AND id <= ?");
    text.where(filter.account.has_value(), "account = ?");
    auto query = connection_.query(text.then(" ORDER BY id DESC"), oldest, newest);
    if (filter.account) query.bind(*filter.account);
    while (taken.sessions.size() < filter.limit) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) break;
        if (auto done = taken.take(query); !done) return failure(done.error());
    }
    std::ranges::reverse(taken.sessions);
    return std::move(taken.sessions);
}

}  // namespace consign::ledger
