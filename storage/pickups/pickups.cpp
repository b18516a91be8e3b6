#include "storage/pickups/pickups.hpp"

#include "base/bytes.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::pickups {

namespace {

constexpr std::size_t part_bytes = 16;

/// Each part as u64 start, u64 end.
Bytes blob_of(const Parts& parts) {
    Bytes blob;
    blob.reserve(parts.size() * part_bytes);
    ByteWriter writer(blob);
    for (const Part& part : parts) {
        writer.u64(part.start);
        writer.u64(part.end);
    }
    return blob;
}

Parts parts_in(ByteView blob) {
    const auto number = [&](std::size_t at) {
        std::uint64_t value = 0;
        for (std::size_t byte = 0; byte < 8; ++byte) value = value << 8 | blob[at + byte];
        return value;
    };
    Parts parts;
    for (std::size_t at = 0; at + part_bytes <= blob.size(); at += part_bytes)
        parts.push_back({number(at), number(at + 8)});
    return parts;
}

bool has_lapsed(Timestamp touched, const Pickups::Wish& wish) {
    // Also where the clock was put back since.
    return std::chrono::abs(wish.now - touched) >= wish.lapses_after;
}

}  // namespace

Result<Pickups::Lease> Pickups::begin(const Wish& wish) {
    std::uint64_t completed = 0;
    {
        auto query =
            connection_.query("SELECT completed FROM collections WHERE node = ? AND account = ?",
                              wish.node, wish.account);
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (*row) completed = query.natural(0);
    }
    if (wish.limit && completed >= *wish.limit) return failure(pickups_errc::spent);

    std::optional<Lease> broken_off;
    std::uint64_t open = 0;
    {
        auto query = connection_.query(
            "SELECT id, held_by, touched, sent, uncertain FROM retrievals"
            " WHERE node = ? AND account = ? AND counted = 0 ORDER BY id",
            wish.node, wish.account);
        for (;;) {
            const auto row = query.next();
            if (!row) return failure(row.error());
            if (!*row) break;
            ++open;
            const bool is_free =
                query.id(1).is_nil() || (wish.limit && has_lapsed(query.time(2), wish));
            if (is_free && !broken_off)
                broken_off = Lease{.id = query.integer(0),
                                   .sent = parts_in(query.blob(3)),
                                   .uncertain = query.integer(4) != 0};
        }
    }
    if (broken_off) {
        const auto done =
            connection_.run("UPDATE retrievals SET held_by = ?, touched = ? WHERE id = ?",
                            wish.session, wish.now, broken_off->id);
        if (!done) return failure(done.error());
        return *std::move(broken_off);
    }
    if (wish.limit && completed + open >= *wish.limit) return failure(pickups_errc::being_fetched);
    auto made = connection_.query(
        "INSERT INTO retrievals (node, account, held_by, touched, sent, counted, uncertain)"
        " VALUES (?, ?, ?, ?, x'', 0, 0) RETURNING id",
        wish.node, wish.account, wish.session, wish.now);
    const auto row = made.next();
    if (!row) return failure(row.error());
    const Lease lease{.id = made.integer(0), .sent = {}};
    if (const auto done = made.run(); !done) return failure(done.error());
    return lease;
}

namespace {

struct Held {
    NodeId node = 0;
    std::string account;
    bool counted = false;
};

/// pickups_errc::lease_lost.
Result<Held> held(database::Connection& connection, RetrievalId id, const Id& session) {
    auto query = connection.query(
        "SELECT node, account, counted FROM retrievals WHERE id = ? AND held_by = ?", id, session);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return failure(pickups_errc::lease_lost);
    return Held{.node = query.integer(0),
                .account = std::string(query.text(1)),
                .counted = query.integer(2) != 0};
}

}  // namespace

Result<> Pickups::count(NodeId node, const std::string& account, int change) {
    return connection_.run(
        "INSERT INTO collections (node, account, completed, last, hidden) VALUES (?, ?, max(?, 0),"
        " NULL, 0) ON CONFLICT (node, account) DO UPDATE SET completed = max(completed + ?, 0)",
        node, account, std::int64_t{change}, std::int64_t{change});
}

Result<> Pickups::set_last(NodeId node, const std::string& account, Timestamp now) {
    return connection_.run("UPDATE collections SET last = ? WHERE node = ? AND account = ?", now,
                           node, account);
}

Result<> Pickups::note(const Progress& progress) {
    const auto lease = held(connection_, progress.id, progress.session);
    if (!lease) return failure(lease.error());
    if (lease->counted != progress.counted)
        if (auto done = count(lease->node, lease->account, progress.counted ? 1 : -1); !done)
            return done;
    return connection_.run(
        "UPDATE retrievals SET touched = ?, sent = ?, counted = ?, uncertain = ? WHERE id = ?",
        progress.now, blob_of(progress.sent), progress.counted, progress.uncertain, progress.id);
}

Result<bool> Pickups::put_down(const Progress& progress) {
    const auto lease = held(connection_, progress.id, progress.session);
    if (!lease && lease.error() == pickups_errc::lease_lost) return false;
    if (!lease) return failure(lease.error());
    if (auto noted = note(progress); !noted) return failure(noted.error());
    const auto done =
        progress.counted
            ? connection_.run("DELETE FROM retrievals WHERE id = ?", progress.id)
            : connection_.run("UPDATE retrievals SET held_by = ? WHERE id = ?", Id{}, progress.id);
    if (!done) return failure(done.error());
    if (!progress.counted || progress.uncertain) return false;
    if (auto set = set_last(lease->node, lease->account, progress.now); !set)
        return failure(set.error());
    return true;
}

Result<> Pickups::complete(RetrievalId id, const Id& session, Timestamp now) {
    const auto lease = held(connection_, id, session);
    if (!lease) return failure(lease.error());
    if (auto done = connection_.run("DELETE FROM retrievals WHERE id = ?", id); !done) return done;
    if (!lease->counted)
        if (auto done = count(lease->node, lease->account, 1); !done) return done;
    return set_last(lease->node, lease->account, now);
}

Result<> Pickups::note_collected(NodeId node, const std::string& account, Timestamp now) {
    if (auto done = count(node, account, 1); !done) return done;
    return set_last(node, account, now);
}

Result<std::vector<Pickups::Counted>> Pickups::put_down_all(Timestamp now) {
    std::vector<Counted> all;
    {
        auto query = connection_.query(
            "SELECT node, account, held_by, uncertain FROM retrievals WHERE counted = 1 ORDER BY "
            "id");
        for (;;) {
            const auto row = query.next();
            if (!row) return failure(row.error());
            if (!*row) break;
            all.push_back({.node = query.integer(0),
                           .account = std::string(query.text(1)),
                           .session = query.id(2),
                           .collected = query.integer(3) == 0});
        }
    }
    for (const Counted& one : all)
        if (one.collected)
            if (auto set = set_last(one.node, one.account, now); !set) return failure(set.error());
    if (auto done = connection_.run("DELETE FROM retrievals WHERE counted = 1"); !done)
        return failure(done.error());
    if (auto done = connection_.run(
            "UPDATE retrievals SET held_by = ?, uncertain = 1 WHERE held_by != ?", Id{}, Id{});
        !done)
        return failure(done.error());
    return all;
}

Result<> Pickups::hide(NodeId node, const std::string& account) {
    return connection_.run(
        "INSERT INTO collections (node, account, completed, last, hidden) VALUES (?, ?, 0, NULL, 1)"
        " ON CONFLICT (node, account) DO UPDATE SET hidden = 1",
        node, account);
}

Result<bool> Pickups::is_hidden(NodeId node, const std::string& account) {
    auto query = connection_.query(
        "SELECT 1 FROM collections WHERE node = ? AND account = ? AND hidden = 1", node, account);
    return query.next();
}

Result<bool> Pickups::has_hidden(const std::string& account) {
    auto query = connection_.query(
        "SELECT 1 FROM collections WHERE account = ? AND hidden = 1 LIMIT 1", account);
    return query.next();
}

Result<std::optional<Timestamp>> Pickups::collected(NodeId node, const std::string& account) {
    auto query = connection_.query(
        "SELECT last FROM collections WHERE node = ? AND account = ? AND last IS NOT NULL", node,
        account);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return query.time(0);
}

}  // namespace consign::pickups
