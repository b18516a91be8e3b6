#include <utility>

#include "storage/catalog/bound.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::catalog {

Result<FileId> Catalog::insert_file(const Deposit& deposit) {
    const auto id = next_row("files", last_rows_->files);
    if (!id) return failure(id.error());
    const std::string& depositor = deposit.origin.empty() ? deposit.account : deposit.origin;
    const Bytes bound = bound_to_file(deposit.stream, deposit.size_bytes, depositor);
    const auto sha256 =
        cells_.seal({.table = "files", .column = "sha256", .row = *id, .bound = bound},
                    keys_.current(keyring::Purpose::name), deposit.sha256);
    if (!sha256) return failure(sha256.error());
    const auto done = connection_.run(
        "INSERT INTO files (id, stream, size_bytes, sha256, depositor) VALUES (?, ?, ?, ?, ?)", *id,
        deposit.stream, deposit.size_bytes, *sha256, depositor);
    if (!done) return failure(done.error());
    return *id;
}

Result<Committed> Catalog::commit_deposit(const Deposit& deposit) {
    const auto spot = spot_at(deposit.path);
    if (!spot) return failure(spot.error());
    if (spot->node && spot->node->kind == Kind::directory)
        return failure(catalog_errc::is_a_directory);
    const auto held = take_upload(deposit.stream);
    if (!held) return failure(held.error());

    Committed committed;
    const auto file = insert_file(deposit);
    if (!file) return failure(file.error());
    committed.file = *file;
    if (spot->node)
        if (const auto done = remove_name(*spot->node, committed.doomed); !done)
            return failure(done.error());
    const auto node = insert_node({.parent = spot->parent,
                                   .name = spot->name,
                                   .kind = Kind::file,
                                   .file = *file,
                                   .made_by = deposit.account,
                                   .standing = deposit.standing,
                                   .modified = deposit.modified,
                                   .now = deposit.now});
    if (!node) return failure(node.error());
    committed.node = *node;
    // What the upload held already is counted; mostly that is the same folder's.
    auto bytes = static_cast<std::int64_t>(deposit.size_bytes);
    std::int64_t files = 1;
    if (*held && (*held)->parent == spot->parent) {
        bytes -= static_cast<std::int64_t>((*held)->usage.bytes);
        files -= static_cast<std::int64_t>((*held)->usage.files);
    } else if (*held) {
        if (const auto done = count((*held)->parent, (*held)->usage, Change::taken_away); !done)
            return failure(done.error());
    }
    if (const auto done = count(spot->parent, bytes, files); !done) return failure(done.error());
    return committed;
}

Result<NodeId> Catalog::add_name(FileId file, const VirtualPath& path, const std::string& made_by,
                                 Timestamp now, Standing standing) {
    auto query =
        connection_.query("SELECT size_bytes FROM files WHERE id = ? AND doomed = 0", file);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return failure(catalog_errc::no_such_file);
    const Usage usage{.bytes = query.natural(0), .files = 1};

    const auto spot = spot_at(path);
    if (!spot) return failure(spot.error());
    if (spot->node) return failure(catalog_errc::already_there);
    const auto node = insert_node({.parent = spot->parent,
                                   .name = spot->name,
                                   .kind = Kind::file,
                                   .file = file,
                                   .made_by = made_by,
                                   .standing = standing,
                                   .modified = now,
                                   .now = now});
    if (!node) return node;
    if (const auto done = count(spot->parent, usage, Change::added); !done)
        return failure(done.error());
    return node;
}

/// A folder that moves takes all below it along: none of it may get a path past VirtualPath's
/// limits, where nobody could reach it any more. A sealed name's length tells the name's.
Result<> Catalog::all_below_fits(NodeId folder, const VirtualPath& to) {
    auto query = connection_.query(
        "WITH RECURSIVE below (id, bytes, depth) AS (SELECT ?, 0, 0 UNION ALL"
        " SELECT n.id, below.bytes + length(n.name) - ? + 1, below.depth + 1"
        " FROM nodes n JOIN below ON n.parent = below.id),"
        " ends (bytes, depth) AS (SELECT bytes, depth FROM below UNION ALL"
        " SELECT below.bytes + length(u.name) - ? + 1, below.depth + 1"
        " FROM uploads u JOIN below ON u.parent = below.id)"
        " SELECT max(bytes), max(depth) FROM ends",
        folder, std::int64_t{database::cell_overhead_bytes},
        std::int64_t{database::cell_overhead_bytes});
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (to.text().size() + query.natural(0) > VirtualPath::path_limit_bytes ||
        to.segments().size() + query.natural(1) > VirtualPath::depth_limit)
        return failure(std::errc::filename_too_long);
    return {};
}

Result<Committed> Catalog::rename(const VirtualPath& from, const VirtualPath& to, bool replace,
                                  Standing standing, Timestamp now) {
    const auto source = spot_at(from);
    if (!source) return failure(source.error());
    if (!source->node) return failure(catalog_errc::no_such_name);
    const Node& node = *source->node;
    const bool is_directory = node.kind == Kind::directory;
    if (is_directory && from != to && from.contains(to)) return failure(catalog_errc::into_itself);

    const auto target = spot_at(to);
    if (!target) return failure(target.error());
    Committed committed{.node = node.id, .file = node.file, .doomed = {}};
    if (target->node) {
        if (!replace) return failure(catalog_errc::already_there);
        if (target->node->id != node.id) {
            if (target->node->kind == Kind::directory) return failure(catalog_errc::is_a_directory);
            if (is_directory) return failure(catalog_errc::not_a_directory);
            if (const auto done = remove_name(*target->node, committed.doomed); !done)
                return failure(done.error());
        }
    }
    const bool is_longer =
        to.text().size() > from.text().size() || to.segments().size() > from.segments().size();
    if (is_directory && is_longer)
        if (const auto fits = all_below_fits(node.id, to); !fits) return failure(fits.error());
    const Standing becomes = is_directory ? Standing::deposited : standing;
    if (const auto done = move_node(node, *target, becomes, now); !done)
        return failure(done.error());
    return committed;
}

Result<Committed> Catalog::remove(const VirtualPath& path) {
    const auto spot = spot_at(path);
    if (!spot) return failure(spot.error());
    if (!spot->node) return failure(catalog_errc::no_such_name);
    if (spot->node->kind == Kind::directory) return failure(catalog_errc::is_a_directory);
    Committed committed{.node = spot->node->id, .file = spot->node->file, .doomed = {}};
    if (const auto done = remove_name(*spot->node, committed.doomed); !done)
        return failure(done.error());
    return committed;
}

Result<> Catalog::set_times(NodeId node, std::optional<Timestamp> accessed,
                            std::optional<Timestamp> modified) {
    const auto done = connection_.run(
        "UPDATE nodes SET accessed = coalesce(?, accessed), modified = coalesce(?, modified)"
        " WHERE id = ?",
        accessed, modified, node);
    if (done && connection_.changes() == 0) return failure(catalog_errc::no_such_name);
    return done;
}

Result<> Catalog::mark_collected(FileId file) {
    const auto done = connection_.run("UPDATE files SET collected = 1 WHERE id = ?", file);
    if (done && connection_.changes() == 0) return failure(catalog_errc::no_such_file);
    return done;
}

}  // namespace consign::catalog
