#include <algorithm>
#include <limits>
#include <utility>

#include "storage/catalog/bound.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/catalog/select_entries.hpp"
#include "storage/database/errc.hpp"
#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::catalog {

namespace {

const std::string select_entry = select_entries + " WHERE n.id = ?";
const std::string select_listing =
    select_entries + " WHERE n.parent = ? AND n.id > ? ORDER BY n.id LIMIT ?";
const std::string select_made =
    select_entries +
    " WHERE n.parent = ? AND n.kind = ? AND (n.created, n.id) > (?, ?) AND n.created <= ?"
    " ORDER BY n.created, n.id LIMIT ?";
const std::string select_names = select_entries + " WHERE n.file = ? ORDER BY n.id";

}  // namespace

Result<File> Catalog::file_in(const database::Statement& row, int first) {
    File file;
    file.id = row.integer(first);
    file.stream = row.id(first + 1);
    file.size_bytes = row.natural(first + 2);
    file.depositor = row.text(first + 4);
    file.collected = row.integer(first + 5) != 0;
    const Bytes bound = bound_to_file(file.stream, file.size_bytes, file.depositor);
    const auto sha256 =
        cells_.open({.table = "files", .column = "sha256", .row = file.id, .bound = bound},
                    row.blob(first + 3));
    if (!sha256) return failure(sha256.error());
    if (sha256->size() != file.sha256.size()) return failure(database::database_errc::altered_cell);
    std::ranges::copy(*sha256, file.sha256.begin());
    return file;
}

Result<Entry> Catalog::entry_of(const database::Statement& row) {
    Entry entry;
    entry.node = row.integer(0);
    entry.parent = row.integer(1);
    entry.kind = row.integer(2) == 1 ? Kind::directory : Kind::file;
    entry.modified = row.time(4);
    entry.accessed = row.time(5);
    entry.created = row.time(6);
    entry.made_by = row.text(7);
    entry.standing = static_cast<Standing>(row.integer(8));
    if (entry.node != root_node) {
        const Bytes bound =
            bound_to_node(entry.parent, entry.kind, row.integer(15), entry.standing, entry.made_by);
        auto name = open_name("nodes", entry.node, bound, row.blob(3));
        if (!name) return failure(name.error());
        entry.name = std::move(*name);
    }
    if (entry.kind == Kind::directory) return entry;

    auto file = file_in(row, 9);
    if (!file) return failure(file.error());
    entry.file = std::move(*file);
    return entry;
}

Result<std::optional<File>> Catalog::file_of(const Id& stream) {
    auto query = connection_.query(
        "SELECT id, stream, size_bytes, sha256, depositor, collected FROM files WHERE stream = ?",
        stream);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    auto file = file_in(query, 0);
    if (!file) return failure(file.error());
    return std::move(*file);
}

Result<File> Catalog::file(FileId id) {
    auto query = connection_.query(
        "SELECT id, stream, size_bytes, sha256, depositor, collected FROM files WHERE id = ?", id);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return failure(catalog_errc::no_such_file);
    return file_in(query, 0);
}

Result<Entry> Catalog::find(const VirtualPath& path) {
    const auto node = node_at(path);
    if (!node) return failure(node.error());
    if (!*node) return failure(catalog_errc::no_such_name);
    auto query = connection_.query(select_entry, (*node)->id);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return failure(catalog_errc::no_such_name);
    return entry_of(query);
}

Result<NodeId> Catalog::directory(const VirtualPath& path) {
    if (path.is_root()) return root_node;
    const auto above = folder_at(path.parent());
    if (!above && above.error() != catalog_errc::not_a_directory) return failure(above.error());
    if (!above || !*above) return failure(catalog_errc::no_such_name);
    const auto folder = folder_in(**above, path.name());
    if (!folder) return failure(folder.error());
    if (!*folder) return failure(catalog_errc::no_such_name);
    return **folder;
}

Result<std::vector<Entry>> Catalog::entries_of(database::Statement query) {
    return database::rows_of(std::move(query),
                             [this](const database::Statement& row) { return entry_of(row); });
}

Result<std::vector<Entry>> Catalog::list(NodeId directory, NodeId after, std::size_t limit) {
    constexpr auto most = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    return entries_of(
        connection_.query(select_listing, directory, after, std::min<std::uint64_t>(limit, most)));
}

Result<std::vector<Entry>> Catalog::made_between(NodeId directory, Kind kind, const Age& after,
                                                 Timestamp until, std::size_t limit) {
    return entries_of(connection_.query(select_made, directory,
                                        std::int64_t{std::to_underlying(kind)}, after.created,
                                        after.node, until, std::uint64_t{limit}));
}

Result<std::vector<Entry>> Catalog::names_of(FileId file) {
    return entries_of(connection_.query(select_names, file));
}

Result<VirtualPath> Catalog::path_of(NodeId node) {
    std::string text;
    while (node != root_node) {
        if (const auto known = known_folders_->place_of(node)) {
            text.insert(0, known->name).insert(0, 1, '/');
            if (text.size() > VirtualPath::path_limit_bytes)
                return failure(std::errc::filename_too_long);
            node = known->parent;
            continue;
        }
        auto query = connection_.query(
            "SELECT parent, name, kind, coalesce(file, 0), standing, made_by FROM nodes WHERE id "
            "= ?",
            node);
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return failure(catalog_errc::no_such_name);
        const Kind kind = query.integer(2) == 1 ? Kind::directory : Kind::file;
        const Bytes bound = bound_to_node(query.integer(0), kind, query.integer(3),
                                          static_cast<Standing>(query.integer(4)), query.text(5));
        const auto name = open_name("nodes", node, bound, query.blob(1));
        if (!name) return failure(name.error());
        text.insert(0, "/" + *name);
        // Also ends the walk where a damaged table makes folders each other's parents.
        if (text.size() > VirtualPath::path_limit_bytes)
            return failure(std::errc::filename_too_long);
        node = query.integer(0);
    }
    return VirtualPath::parse(text);
}

Result<Usage> Catalog::usage(const VirtualPath& directory) {
    const auto node = node_at(directory);
    if (!node) return failure(node.error());
    if (!*node) return failure(catalog_errc::no_such_name);
    if ((*node)->kind != Kind::directory) return failure(catalog_errc::not_a_directory);
    return (*node)->holds;
}

Result<std::vector<Id>> Catalog::streams_of(database::Statement query) {
    return database::rows_of(std::move(query),
                             [](const database::Statement& row) { return row.id(0); });
}

Result<std::vector<Id>> Catalog::doomed() {
    return streams_of(connection_.query(
        "SELECT stream FROM files WHERE doomed = 1"
        // What still has a name or a class is not to be destroyed, whatever its row says.
        " AND NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.file = files.id)"
        " AND NOT EXISTS (SELECT 1 FROM file_classes WHERE file_classes.file = files.id)"
        " ORDER BY id"));
}

Result<bool> Catalog::has_file(const Id& stream) {
    auto query = connection_.query("SELECT 1 FROM files WHERE stream = ?", stream);
    return query.next();
}

Result<Id> Catalog::stream_of(FileId file) {
    auto query = connection_.query("SELECT stream FROM files WHERE id = ?", file);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return failure(catalog_errc::no_such_file);
    return query.id(0);
}

}  // namespace consign::catalog
