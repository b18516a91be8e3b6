// Are rows whose personal fields are forgotten told of by the chain? Each `fields_forgotten` row
// says how many rows of which month it was about: they stand before it, and no more of them may be
// found forgotten. No key is needed for that. The rows are given in the chain's order. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "storage/ledger/event.hpp"

namespace consign::ledger {

class ForgottenTally {
  public:
    /// The row's fields are forgotten.
    void forgotten(std::int64_t sequence, Timestamp time, bool is_about_file);
    /// Any row: what it tells of forgetting counts for rows before it.
    void read(const Event& event);

    struct Untold {
        std::int64_t first = 0;   // of the rows of one month among which they are
        std::uint64_t rows = 0;   // that nothing tells of, of that month
        std::uint64_t among = 0;  // forgotten rows of that month, from the first on
        std::string month;
        bool are_about_files = false;
    };
    /// The earliest; nothing where all is told.
    [[nodiscard]] std::optional<Untold> untold() const;
    /// Was the access of this month told to be forgotten?
    [[nodiscard]] bool is_access_told(Timestamp time) const;

  private:
    using Kind = std::pair<bool, std::string>;  // about files?, the month
    struct Open {
        std::int64_t first = 0;
        std::uint64_t rows = 0, among = 0;
    };
    void tell(const Kind& kind, std::uint64_t rows);

    std::map<Kind, Open> open_;
    std::set<std::string> access_told_;
};

}  // namespace consign::ledger
