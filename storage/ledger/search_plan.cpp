#include "storage/ledger/search_plan.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "storage/database/sqlite.hpp"
#include "storage/ledger/query_text.hpp"

namespace consign::ledger {

namespace {

/// They have no index (rare_actions_alone says the same): a row of one is met often enough.
constexpr std::array frequent_actions{
    Action::login,           Action::session_ended, Action::opened_for_reading,
    Action::retrieval_ended, Action::upload_opened, Action::deposited,
    Action::routed,          Action::listed,        Action::destroyed,
    Action::scanned,         Action::expired,       Action::delivery_begun,
    Action::delivered};

std::int64_t number(Action action) {
    return std::to_underlying(action);
}

}  // namespace

bool is_rare(Action action) {
    return std::ranges::find(frequent_actions, action) == frequent_actions.end();
}

Result<SearchPlan::Listing> SearchPlan::listing(database::Statement query, std::size_t most) {
    Listing listing;
    for (;;) {
        const auto more = query.next();
        if (!more) return failure(more.error());
        if (!*more) return listing;
        if (listing.rows.size() == most) {
            listing.is_whole = false;
            return listing;
        }
        listing.rows.push_back(query.integer(0));
    }
}

Result<SearchPlan::Listing> SearchPlan::listing(const Leads& leads) {
    Listing all{.rows = leads.rows, .is_whole = leads.sessions.size() <= limits_.gathered_sessions};
    const auto add = [&](std::string_view sql, const Id& id) -> Result<> {
        auto some = listing(connection_->query(sql, id), limits_.gathered_rows);
        if (!some) return failure(some.error());
        all.is_whole = all.is_whole && some->is_whole;
        all.rows.insert(all.rows.end(), some->rows.begin(), some->rows.end());
        all.is_whole = all.is_whole && all.rows.size() <= limits_.gathered_rows;
        return {};
    };
    for (const Id& stream : leads.streams) {
        if (!all.is_whole) return all;
        // The second half is what the index is limited to.
        if (auto done = add("SELECT sequence FROM events INDEXED BY events_by_stream"
                            " WHERE stream = ? AND stream <> x'00000000000000000000000000000000'"
                            " ORDER BY sequence DESC",
                            stream);
            !done)
            return failure(done.error());
    }
    for (const Id& session : leads.sessions) {
        if (!all.is_whole) return all;
        if (auto done = add("SELECT sequence FROM events INDEXED BY events_by_session"
                            " WHERE session = ? ORDER BY sequence DESC",
                            session);
            !done)
            return failure(done.error());
    }
    std::ranges::sort(all.rows, std::greater());
    const auto repeated = std::ranges::unique(all.rows);
    all.rows.erase(repeated.begin(), repeated.end());
    return all;
}

Result<std::optional<SearchPlan::Listing>> SearchPlan::listing(const Actions& actions,
                                                               std::size_t most) {
    if (!std::ranges::all_of(actions.any, is_rare)) return std::nullopt;
    Listing all;
    for (const Action action : actions.any) {
        auto some =
            listing(connection_->query(
                        QueryText("SELECT sequence FROM events INDEXED BY events_by_rare_action")
                            .where(true, "action = ?")
                            .where(true, rare_actions_alone)
                            .then(" ORDER BY sequence DESC"),
                        number(action)),
                    most);
        if (!some) return failure(some.error());
        if (!some->is_whole) return std::nullopt;
        all.rows.insert(all.rows.end(), some->rows.begin(), some->rows.end());
    }
    if (all.rows.size() > most) return std::nullopt;
    std::ranges::sort(all.rows, std::greater());
    const auto repeated = std::ranges::unique(all.rows);
    all.rows.erase(repeated.begin(), repeated.end());
    return std::optional(std::move(all));
}

void SearchPlan::narrow(Listing listing) {
    if (!listing.is_whole) {
        if (!listing.rows.empty()) newest = std::min(newest, listing.rows.front());
        return;
    }
    if (!rows) {
        rows = std::move(listing.rows);
        return;
    }
    Sequences both;
    std::ranges::set_intersection(*rows, listing.rows, std::back_inserter(both), std::greater());
    rows = std::move(both);
}

bool SearchPlan::is_narrow() const {
    return rows && rows->size() <= limits_.few_rows;
}

// In the order of time, which is nearly that of sequence: a clock may have been put back.
Result<> SearchPlan::narrow_by_time(const EventFilter& filter, std::size_t most) {
    const Timestamp from = filter.from.value_or(Timestamp::min());
    const Timestamp until = filter.until.value_or(Timestamp::max());
    if (most < limits_.gathered_rows) {
        auto ranged =
            listing(connection_->query("SELECT sequence FROM events INDEXED BY events_by_time"
                                       " WHERE time >= ? AND time < ?",
                                       from, until),
                    most);
        if (!ranged) return failure(ranged.error());
        if (!ranged->is_whole) return {};
        std::ranges::sort(ranged->rows, std::greater());
        narrow(*std::move(ranged));
        return {};
    }
    if (rows) return {};
    // So many are nearly all there are between the first and the last of them.
    auto ends = connection_->query(
        "SELECT min(sequence), max(sequence) FROM events INDEXED BY events_by_time"
        " WHERE time >= ? AND time < ?",
        from, until);
    const auto row = ends.next();
    if (!row) return failure(row.error());
    oldest = std::max(oldest, ends.integer(0));
    newest = std::min(newest, ends.integer(1));
    return {};
}

Result<> SearchPlan::narrow_by_clear(const EventFilter& filter, std::size_t most) {
    const auto narrow_by = [&](database::Statement query) -> Result<> {
        if (is_narrow()) return {};
        auto some = listing(std::move(query), most);
        if (!some) return failure(some.error());
        narrow(*std::move(some));
        return {};
    };
    if (filter.outcome && *filter.outcome != Outcome::granted)
        if (auto done = narrow_by(connection_->query(
                "SELECT sequence FROM events INDEXED BY events_not_granted WHERE outcome = ?"
                " AND outcome <> 1 ORDER BY sequence DESC",
                std::int64_t{std::to_underlying(*filter.outcome)}));
            !done)
            return done;
    if (!filter.action.any.empty() && !is_narrow()) {
        auto rare = listing(filter.action, most);
        if (!rare) return failure(rare.error());
        if (*rare) narrow(**std::move(rare));
    }
    if (filter.account)
        if (auto done = narrow_by(
                connection_->query("SELECT sequence FROM events INDEXED BY events_by_account"
                                   " WHERE account = ? ORDER BY sequence DESC",
                                   *filter.account));
            !done)
            return done;
    if ((filter.from || filter.until) && !is_narrow()) return narrow_by_time(filter, most);
    return {};
}

Result<SearchPlan> SearchPlan::make(database::Connection& connection, const EventFilter& filter,
                                    std::span<const Leads> leads, const SearchLimits& limits) {
    SearchPlan plan(connection, limits);
    std::vector<Leads> all(leads.begin(), leads.end());
    if (filter.session) all.push_back({.sessions = {*filter.session}});
    if (filter.stream) all.push_back({.streams = {*filter.stream}});
    for (const Leads& some : all) {
        if (plan.is_narrow()) return plan;
        auto listed = plan.listing(some);
        if (!listed) return failure(listed.error());
        if (listed->is_whole) plan.narrow(*std::move(listed));
    }
    if (auto done = plan.narrow_by_clear(filter, limits.tried_rows); !done)
        return failure(done.error());
    if (plan.rows) return plan;
    if (auto done = plan.narrow_by_clear(filter, limits.gathered_rows); !done)
        return failure(done.error());
    return plan;
}

}  // namespace consign::ledger
