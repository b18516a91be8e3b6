// The table `holds`, which is not chained, against what the chain tells of holds: a hold that was
// added and never lifted binds until somebody lifts it. Fed row by row, it keeps what binds.
// Errors: the database's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "storage/ledger/event.hpp"

namespace consign::database {
class Connection;
}

namespace consign::ledger {

class ToldHolds {
  public:
    /// A row of the chain, in order.
    void read(std::int64_t row, const Event& event);

    /// The rows that tell of holds that are gone, were lifted, or bind something else, although
    /// no row tells so.
    [[nodiscard]] Result<std::vector<std::int64_t>> missing(database::Connection& connection) const;

  private:
    struct Told {
        std::int64_t row = 0;
        std::string what;  // "file", "subject", "account NAME"
        Id stream{};       // of a file
    };

    std::map<std::int64_t, Told> binding_;  // by the hold's number
    std::vector<std::int64_t> masked_;      // told of a number that was given again
};

}  // namespace consign::ledger
