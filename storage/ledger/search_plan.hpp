// Which rows of the ledger a search has to look at: those that the conditions with an index leave
// all together, or else a stretch of the ledger. Changes nothing. Errors: the database's.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "base/log.hpp"
#include "base/result.hpp"
#include "storage/ledger/search_conditions.hpp"

namespace consign::ledger {

/// Few rows have it, and events_by_rare_action knows them.
[[nodiscard]] bool is_rare(Action action);
/// What that index is limited to (storage/database/step_13.hpp); a query that says it has the
/// index.
inline constexpr Literal rare_actions_alone{
    "action <> 23 AND action <> 22 AND action <> 20 AND action <> 21 AND action <> 10"
    " AND action <> 12 AND action <> 26 AND action <> 32 AND action <> 35 AND action <> 53"
    " AND action <> 55 AND action <> 65 AND action <> 66"};

/// How much of an index is read before it is given up for another way.
struct SearchLimits {
    /// With so few rows to look at, it is no longer worth asking another index.
    std::size_t few_rows = 1000;
    /// What each condition is tried with first: one of them may leave few rows.
    std::size_t tried_rows = 5000;
    std::size_t gathered_rows = gathered_limit;
    /// Of more sessions, events are not gathered one session after the other: they are met on the
    /// way.
    std::size_t gathered_sessions = 10'000;
};

class SearchPlan {
  public:
    /// `leads`: what the filter's sealed values lead to.
    [[nodiscard]] static Result<SearchPlan> make(database::Connection& connection,
                                                 const EventFilter& filter,
                                                 std::span<const Leads> leads,
                                                 const SearchLimits& limits = {});

    /// Newest first. Nothing: there are too many; look at all from `newest` down to `oldest`.
    std::optional<Sequences> rows{};
    std::int64_t oldest = 0, newest = std::numeric_limits<std::int64_t>::max();

  private:
    struct Listing {
        Sequences rows{};      // newest first
        bool is_whole = true;  // false: there are more than were gathered
    };
    SearchPlan(database::Connection& connection, const SearchLimits& limits)
        : limits_(limits), connection_(&connection) {}

    /// By what stands in clear, as far as a condition leaves no more than `most` rows.
    [[nodiscard]] Result<> narrow_by_clear(const EventFilter& filter, std::size_t most);
    [[nodiscard]] Result<> narrow_by_time(const EventFilter& filter, std::size_t most);
    void narrow(Listing listing);
    [[nodiscard]] bool is_narrow() const;
    [[nodiscard]] Result<Listing> listing(database::Statement query, std::size_t most);
    [[nodiscard]] Result<Listing> listing(const Leads& leads);
    /// Nothing where an action is so frequent that it has no index.
    [[nodiscard]] Result<std::optional<Listing>> listing(const Actions& actions, std::size_t most);

    SearchLimits limits_;
    database::Connection* connection_;
};

}  // namespace consign::ledger
