#include "storage/targets/targets.hpp"

#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::targets {

namespace {

Result<std::vector<Trouble>> troubles_of(database::Statement query) {
    return database::rows_of(std::move(query), [](const database::Statement& row) {
        return Trouble{.target = std::string(row.text(0)),
                       .since = row.time(1),
                       .failures = row.natural(2),
                       .retry = row.time(3),
                       .pinned = std::string(row.text(4)),
                       .why = std::string(row.text(5)),
                       .told = row.integer(6) != 0};
    });
}

}  // namespace

Result<std::vector<Trouble>> Targets::troubles() {
    return troubles_of(connection_.query(
        "SELECT target, since, failures, retry, pinned, why, told FROM target_troubles"
        " ORDER BY target"));
}

Result<std::optional<Trouble>> Targets::trouble(std::string_view target) {
    auto found = troubles_of(connection_.query(
        "SELECT target, since, failures, retry, pinned, why, told FROM target_troubles"
        " WHERE target = ?",
        target));
    if (!found) return failure(found.error());
    if (found->empty()) return std::nullopt;
    return std::move(found->front());
}

Result<> Targets::note(const Trouble& trouble) {
    return connection_.run(
        "INSERT INTO target_troubles (target, since, failures, retry, pinned, why, told)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (target) DO UPDATE SET since = excluded.since,"
        " failures = excluded.failures, retry = excluded.retry, pinned = excluded.pinned,"
        " why = excluded.why, told = excluded.told",
        trouble.target, trouble.since, trouble.failures, trouble.retry, trouble.pinned, trouble.why,
        trouble.told);
}

Result<> Targets::mend(std::string_view target) {
    return connection_.run("DELETE FROM target_troubles WHERE target = ?", target);
}

}  // namespace consign::targets
