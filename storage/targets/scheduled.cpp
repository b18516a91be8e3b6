#include "storage/targets/scheduled.hpp"

#include <utility>

#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::targets {

Result<std::vector<queue::JobId>> scheduled(database::Connection& connection,
                                            const Scheduled& which, std::size_t limit) {
    const Timestamp made_after = which.made_to_come ? which.now : Timestamp::max();
    return database::rows_of(
        connection.query(
            "SELECT id FROM jobs WHERE kind = ? AND lane = ? AND dead = 0 AND (due <= ? OR due > ?)"
            " AND (made <= ? OR made > ?) ORDER BY due, id LIMIT ?",
            std::int64_t{std::to_underlying(queue::Kind::deliver)}, which.target, which.now,
            which.now + queue::longest_delay, which.made_until, made_after, std::uint64_t{limit}),
        [](const database::Statement& row) { return row.integer(0); });
}

}  // namespace consign::targets
