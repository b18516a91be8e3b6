// What came of the policy's expectations, deadline by deadline: docs/formats/database.md. Lives on
// one connection, and changes on the writer thread alone. Errors: the database's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace consign::database {
class Connection;
class Statement;
}  // namespace consign::database

namespace consign::expectations {

/// The number stands in the row: never use one for something else.
enum class Kind : std::uint8_t { pickup = 1, deposit = 2 };
[[nodiscard]] std::string_view name_of(Kind kind);

/// The same.
enum class State : std::uint8_t {
    unwatched = 0,  // the last deadline before the expectation was known: nobody judged it
    on_time = 1,
    missing = 2,
    late = 3,  // it was missing, and came
};
[[nodiscard]] std::string_view name_of(State state);

/// One deadline of one expectation, which its kind and name tell.
struct Judged {
    Kind kind{};
    std::string name;
    Timestamp deadline{};
    Timestamp counted_from{}, counted_until{};  // (from, until]
    State state{};
    std::uint64_t files = 0;   // of a deposit: that came; of a pickup: that were not collected
    std::uint64_t wanted = 0;  // of a deposit: so many at least
    std::optional<Timestamp> mended{};
};

class Expectations {
  public:
    explicit Expectations(database::Connection& connection) : connection_(connection) {}

    /// The last deadline that was judged.
    [[nodiscard]] Result<std::optional<Timestamp>> last(Kind kind, std::string_view name);
    /// Fails (sqlite_errc::constraint) where the deadline was judged already.
    [[nodiscard]] Result<> add(const Judged& judged);
    /// False where it was not missing any more.
    [[nodiscard]] Result<bool> mend(const Judged& judged, Timestamp now);
    /// Up to `limit` that are missing and may still come, with deadlines in (after, until], the
    /// earliest first. A deposit may until the next deadline, so only the last one judged is asked.
    [[nodiscard]] Result<std::vector<Judged>> missing(Timestamp after, Timestamp until,
                                                      std::size_t limit);
    /// Deadlines in [from, until), in their order.
    [[nodiscard]] Result<std::vector<Judged>> between(Timestamp from, Timestamp until);
    [[nodiscard]] Result<> forget_before(Timestamp deadline);
    /// What was judged of deadlines after that; tells how many there were.
    [[nodiscard]] Result<std::uint64_t> forget_after(Kind kind, std::string_view name,
                                                     Timestamp deadline);

  private:
    database::Connection& connection_;
};

}  // namespace consign::expectations
