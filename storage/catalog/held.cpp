// What is kept from everyone, or seen by its depositor alone.
#include <optional>
#include <utility>

#include "storage/catalog/catalog.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/catalog/select_entries.hpp"
#include "storage/database/errc.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::catalog {

namespace {

// What the index nodes_held is limited to (storage/database/step_14.hpp); a query that says it has
// the index. "+": few are held, and all names are not to be gone through for them.
const std::string is_indexed = " AND standing <> 0 AND standing <> 5";
const std::string select_held = select_entries +
                                " WHERE n.id IN (SELECT id FROM nodes WHERE standing IN (2, 3, 4)" +
                                is_indexed + " AND +id > ? ORDER BY +id LIMIT ?) ORDER BY n.id";
const std::string select_held_streams =
    select_entries +
    " WHERE n.standing IN (2, 3, 4) AND f.stream BETWEEN ? AND ? ORDER BY n.id LIMIT ?";
const std::string select_never_renamed = select_entries + " WHERE standing = 1" + is_indexed +
                                         " AND n.created < ? ORDER BY n.created LIMIT ?";

const std::string are_waiting = " standing = 2" + is_indexed + " AND created > ? AND created <= ?";
const std::string count_waiting =
    "SELECT count(*), coalesce(max(created), 0) FROM nodes WHERE" + are_waiting;
const std::string select_waiting =
    "SELECT (SELECT stream FROM files WHERE files.id = nodes.file) FROM nodes WHERE" + are_waiting +
    " ORDER BY created LIMIT ?";

/// The id whose hexadecimal form begins with `hex`, and goes on with `filling`.
std::optional<Id> filled_up(std::string_view hex, char filling) {
    constexpr std::size_t digits = 32;
    if (hex.empty() || hex.size() > digits) return std::nullopt;
    return Id::from_hex(std::string(hex).append(digits - hex.size(), filling));
}

}  // namespace

std::string_view name_of(Cause cause) {
    switch (cause) {
        case Cause::rule:
            return "rule";
        case Cause::infected:
            return "infected";
        case Cause::unscannable:
            return "unscannable";
        case Cause::never_renamed:
            return "never_renamed";
        case Cause::stray:
            return "stray";
        case Cause::withdrawn:
            return "withdrawn";
    }
    return "unknown";
}

std::string_view name_of(Standing standing) {
    switch (standing) {
        case Standing::deposited:
            return "deposited";
        case Standing::temporary:
            return "temporary";
        case Standing::waiting:
            return "waiting";
        case Standing::quarantined:
            return "quarantined";
        case Standing::unscanned:
            return "unscanned";
        case Standing::archived:
            return "archived";
    }
    return "unknown";
}

Bytes Catalog::bound_to_quarantine(std::string_view account, Cause cause) {
    Bytes bound;
    ByteWriter(bound).string(account).u8(std::to_underlying(cause));
    return bound;
}

Result<> Catalog::quarantine(NodeId node, const Quarantine& given) {
    const Bytes bound = bound_to_quarantine(given.account, given.cause);
    const auto was =
        cells_.seal({.table = "quarantine", .column = "was", .row = node, .bound = bound},
                    keys_.current(keyring::Purpose::name), as_bytes(given.was.text()));
    if (!was) return failure(was.error());
    return connection_.run(
        "INSERT OR REPLACE INTO quarantine (node, account, cause, why, rule, since, was)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        node, given.account, std::int64_t{std::to_underlying(given.cause)}, given.why, given.rule,
        given.since, *was);
}

Result<std::optional<Quarantine>> Catalog::quarantine_of(NodeId node) {
    auto query = connection_.query(
        "SELECT account, cause, why, rule, since, was FROM quarantine WHERE node = ?", node);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    Quarantine found{.account = std::string(query.text(0)),
                     .cause = static_cast<Cause>(query.integer(1)),
                     .why = std::string(query.text(2)),
                     .rule = std::string(query.text(3)),
                     .since = query.time(4)};
    const Bytes bound = bound_to_quarantine(found.account, found.cause);
    const auto was = cells_.open(
        {.table = "quarantine", .column = "was", .row = node, .bound = bound}, query.blob(5));
    if (!was && was.error() != database::database_errc::altered_cell) return failure(was.error());
    // One that was altered must not hide the others.
    auto path = was ? VirtualPath::parse(as_text(*was)) : failure(was.error());
    found.altered = !path.has_value();
    if (path) found.was = *std::move(path);
    return found;
}

Result<std::vector<Held>> Catalog::held_of(Result<std::vector<Entry>> entries) {
    if (!entries) return failure(entries.error());
    std::vector<Held> held;
    for (Entry& entry : *entries) {
        auto path = path_of(entry.node);
        if (!path) return failure(path.error());
        auto why = quarantine_of(entry.node);
        if (!why) return failure(why.error());
        held.push_back({std::move(entry), *std::move(path), *std::move(why)});
    }
    return held;
}

Result<std::vector<Held>> Catalog::held(NodeId after, std::size_t limit) {
    return held_of(entries_of(connection_.query(select_held, after, std::uint64_t{limit})));
}

Result<std::vector<Held>> Catalog::held_beginning(std::string_view hex, std::size_t limit) {
    const auto first = filled_up(hex, '0');
    const auto last = filled_up(hex, 'f');
    if (!first || !last) return std::vector<Held>();
    return held_of(
        entries_of(connection_.query(select_held_streams, *first, *last, std::uint64_t{limit})));
}

Result<std::vector<Entry>> Catalog::never_renamed(Timestamp before, std::size_t limit) {
    return entries_of(connection_.query(select_never_renamed, before, std::uint64_t{limit}));
}

Result<Waiting> Catalog::waiting_since(Timestamp after, Timestamp until, std::size_t limit) {
    Waiting waiting;
    {
        auto query = connection_.query(count_waiting, after, until);
        const auto row = query.next();
        if (!row) return failure(row.error());
        waiting.files = query.natural(0);
        waiting.latest = query.time(1);
    }
    auto streams =
        streams_of(connection_.query(select_waiting, after, until, std::uint64_t{limit}));
    if (!streams) return failure(streams.error());
    waiting.streams = *std::move(streams);
    return waiting;
}

Result<> Catalog::mark_scanned(FileId file, Timestamp now) {
    const auto done = connection_.run("UPDATE files SET scanned = ? WHERE id = ?", now, file);
    if (done && connection_.changes() == 0) return failure(catalog_errc::no_such_file);
    return done;
}

Result<bool> Catalog::is_scanned(FileId file) {
    auto query =
        connection_.query("SELECT 1 FROM files WHERE id = ? AND scanned IS NOT NULL", file);
    return query.next();
}

}  // namespace consign::catalog
