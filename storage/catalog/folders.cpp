#include "storage/catalog/catalog.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::catalog {

Result<NodeId> Catalog::make_directory(const VirtualPath& path, const std::string& account,
                                       Timestamp now) {
    if (path.is_root()) return failure(catalog_errc::already_there);
    const auto spot = spot_at(path);
    if (!spot) return failure(spot.error());
    if (spot->node) return failure(catalog_errc::already_there);
    return insert_node({.parent = spot->parent,
                        .name = spot->name,
                        .made_by = account,
                        .modified = now,
                        .now = now});
}

Result<NodeId> Catalog::ensure_directories(const VirtualPath& path, Timestamp now) {
    NodeId folder = root_node;
    for (const std::string_view name : path.segments()) {
        const auto there = folder_in(folder, name);
        if (!there) return failure(there.error());
        const auto next =
            *there
                ? Result<NodeId>(**there)
                : insert_node(
                      {.parent = folder, .name = name, .made_by = {}, .modified = now, .now = now});
        if (!next) return next;
        folder = *next;
    }
    return folder;
}

Result<> Catalog::remove_directory(const VirtualPath& path) {
    const auto spot = spot_at(path);
    if (!spot) return failure(spot.error());
    if (!spot->node) return failure(catalog_errc::no_such_name);
    const NodeId folder = spot->node->id;
    if (spot->node->kind != Kind::directory) return failure(catalog_errc::not_a_directory);
    auto query = connection_.query(
        "SELECT EXISTS (SELECT 1 FROM nodes WHERE parent = ?)"
        " OR EXISTS (SELECT 1 FROM uploads WHERE parent = ?)",
        folder, folder);
    if (const auto row = query.next(); !row) return failure(row.error());
    if (query.integer(0) != 0) return failure(catalog_errc::not_empty);
    known_folders_->clear();
    return connection_.run("DELETE FROM nodes WHERE id = ?", folder);
}

}  // namespace consign::catalog
