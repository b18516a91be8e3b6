// What the verbs are made of: looking names up, sealing them, counting what folders hold.
#include "storage/catalog/catalog.hpp"

#include <utility>

#include "storage/catalog/bound.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/catalog/name_index.hpp"
#include "storage/database/errc.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::catalog {

Catalog::Catalog(database::Connection& connection, const keyring::Keyring& keys,
                 RandomSource& random)
    : connection_(connection),
      keys_(keys),
      cells_(keys, keyring::Purpose::name, random),
      known_folders_(connection),
      absent_(connection),
      last_rows_(connection) {}

Result<std::int64_t> Catalog::next_row(std::string_view table, std::int64_t& last) {
    if (last == 0) {
        const auto id = database::next_row_id(connection_, table);
        if (!id) return id;
        last = *id - 1;
    }
    return ++last;
}

Result<Bytes> Catalog::index_of(NodeId parent, std::string_view name) const {
    const keyring::KeyId id = keys_.current(keyring::Purpose::index);
    if (id != indexed_.key || parent != indexed_.parent || name != indexed_.name) {
        const auto key = keys_.key(keyring::Purpose::index, id);
        if (!key) return failure(key.error());
        indexed_ = {id, parent, std::string(name), name_index(*key, parent, name)};
    }
    return Bytes(indexed_.index.begin(), indexed_.index.end());
}

Result<Bytes> Catalog::seal_name(std::string_view table, std::int64_t row, ByteView bound,
                                 std::string_view name) {
    return cells_.seal({.table = table, .column = "name", .row = row, .bound = bound},
                       keys_.current(keyring::Purpose::name), as_bytes(name));
}

Result<std::string> Catalog::open_name(std::string_view table, std::int64_t row, ByteView bound,
                                       ByteView cell) {
    const auto name =
        cells_.open({.table = table, .column = "name", .row = row, .bound = bound}, cell);
    if (!name) return failure(name.error());
    return std::string(as_text(*name));
}

Result<std::optional<Catalog::Node>> Catalog::child(NodeId parent, std::string_view name) {
    if (absent_->parent == parent && absent_->name == name) return std::nullopt;
    const auto index = index_of(parent, name);
    if (!index) return failure(index.error());
    auto query = connection_.query(
        "SELECT n.id, n.kind, coalesce(n.file, 0), coalesce(f.size_bytes, n.tree_bytes),"
        " iif(n.file IS NULL, n.tree_files, 1), n.name, n.standing, n.made_by"
        " FROM nodes n LEFT JOIN files f ON f.id = n.file WHERE n.parent = ? AND n.name_index = ?",
        parent, *index);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) {
        *absent_ = {parent, std::string(name)};
        return std::nullopt;
    }
    const Node node{.id = query.integer(0),
                    .parent = parent,
                    .kind = query.integer(1) == 1 ? Kind::directory : Kind::file,
                    .file = query.integer(2),
                    .standing = static_cast<Standing>(query.integer(6)),
                    .made_by = std::string(query.text(7)),
                    .holds = {.bytes = query.natural(3), .files = query.natural(4)}};
    // The index alone is no proof: somebody may have exchanged those of two rows.
    const auto sealed = open_name(
        "nodes", node.id, bound_to_node(parent, node.kind, node.file, node.standing, node.made_by),
        query.blob(5));
    if (!sealed) return failure(sealed.error());
    if (*sealed != name) return failure(database::database_errc::altered_cell);
    if (node.kind == Kind::directory) known_folders_->add(parent, name, node.id);
    return node;
}

Result<std::optional<NodeId>> Catalog::folder_in(NodeId parent, std::string_view name) {
    if (const auto known = known_folders_->find(parent, name)) return known;
    const auto node = child(parent, name);
    if (!node) return failure(node.error());
    if (!*node) return std::nullopt;
    if ((*node)->kind != Kind::directory) return failure(catalog_errc::not_a_directory);
    return (*node)->id;
}

Result<std::optional<NodeId>> Catalog::folder_at(const VirtualPath& path) {
    NodeId folder = root_node;
    for (const std::string_view name : path.segments()) {
        const auto below = folder_in(folder, name);
        if (!below || !*below) return below;
        folder = **below;
    }
    return folder;
}

Result<std::optional<Catalog::Node>> Catalog::node_at(const VirtualPath& path) {
    if (path.is_root()) {
        auto query =
            connection_.query("SELECT tree_bytes, tree_files FROM nodes WHERE id = ?", root_node);
        if (const auto row = query.next(); !row) return failure(row.error());
        return Node{.id = root_node,
                    .made_by = {},
                    .holds = {.bytes = query.natural(0), .files = query.natural(1)}};
    }
    const auto folder = folder_at(path.parent());
    if (!folder && folder.error() == catalog_errc::not_a_directory) return std::nullopt;
    if (!folder) return failure(folder.error());
    if (!*folder) return std::nullopt;
    return child(**folder, path.name());
}

Result<Catalog::Spot> Catalog::spot_at(const VirtualPath& path) {
    if (path.is_root()) return failure(catalog_errc::is_the_root);
    const auto folder = folder_at(path.parent());
    if (!folder) return failure(folder.error());
    if (!*folder) return failure(catalog_errc::no_such_name);
    auto node = child(**folder, path.name());
    if (!node) return failure(node.error());
    return Spot{.parent = **folder, .name = path.name(), .node = *std::move(node)};
}

Result<std::optional<NodeId>> Catalog::folder_above(NodeId folder) {
    if (folder == root_node) return std::nullopt;
    if (const auto known = known_folders_->place_of(folder)) return known->parent;
    auto query = connection_.query("SELECT parent FROM nodes WHERE id = ?", folder);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row || query.is_null(0)) return std::nullopt;
    return query.integer(0);
}

Result<> Catalog::count(NodeId folder, const Usage& usage, Change change) {
    const int sign = change == Change::added ? 1 : -1;
    return count(folder, sign * static_cast<std::int64_t>(usage.bytes),
                 sign * static_cast<std::int64_t>(usage.files));
}

Result<> Catalog::count(NodeId folder, std::int64_t bytes, std::int64_t files) {
    if (bytes == 0 && files == 0) return {};
    // One by one: to gather the folders first costs SQLite a table of its own.
    for (std::optional<NodeId> at = folder; at;) {
        const auto counted = connection_.run(
            "UPDATE nodes SET tree_bytes = tree_bytes + ?, tree_files = tree_files + ? WHERE id = "
            "?",
            bytes, files, *at);
        if (!counted) return counted;
        const auto above = folder_above(*at);
        if (!above) return failure(above.error());
        at = *above;
    }
    return {};
}

Result<NodeId> Catalog::insert_node(const NewNode& node) {
    *absent_ = {};
    const auto id = next_row("nodes", last_rows_->nodes);
    if (!id) return failure(id.error());
    const auto index = index_of(node.parent, node.name);
    if (!index) return failure(index.error());
    const auto name = seal_name(
        "nodes", *id, bound_to_node(node.parent, node.kind, node.file, node.standing, node.made_by),
        node.name);
    if (!name) return failure(name.error());
    const std::optional<FileId> file =
        node.kind == Kind::file ? std::optional(node.file) : std::nullopt;
    const auto done = connection_.run(
        "INSERT INTO nodes (id, parent, kind, name_index, name, file, made_by, standing, modified,"
        " accessed, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *id, node.parent, std::int64_t{std::to_underlying(node.kind)}, *index, *name, file,
        node.made_by, std::int64_t{std::to_underlying(node.standing)}, node.modified, node.now,
        node.now);
    if (!done) return failure(done.error());
    return *id;
}

Result<> Catalog::remove_name(const Node& node, std::vector<Id>& doomed) {
    if (const auto done = connection_.run("DELETE FROM nodes WHERE id = ?", node.id); !done)
        return done;
    if (const auto done = count(node.parent, node.holds, Change::taken_away); !done) return done;
    const auto stream = doom_unneeded(node.file);
    if (!stream) return failure(stream.error());
    if (*stream) doomed.push_back(**stream);
    return {};
}

Result<> Catalog::move_node(const Node& node, const Spot& target, Standing standing,
                            Timestamp now) {
    if (node.kind == Kind::directory) known_folders_->clear();
    *absent_ = {};
    const auto index = index_of(target.parent, target.name);
    if (!index) return failure(index.error());
    const auto name = seal_name(
        "nodes", node.id,
        bound_to_node(target.parent, node.kind, node.file, standing, node.made_by), target.name);
    if (!name) return failure(name.error());
    const auto moved = connection_.run(
        "UPDATE nodes SET parent = ?, name_index = ?, name = ?, standing = ?, created = ?"
        " WHERE id = ?",
        target.parent, *index, *name, std::int64_t{std::to_underlying(standing)}, now, node.id);
    if (!moved) return moved;
    if (target.parent == node.parent) return {};
    if (const auto done = count(node.parent, node.holds, Change::taken_away); !done) return done;
    return count(target.parent, node.holds, Change::added);
}

}  // namespace consign::catalog
