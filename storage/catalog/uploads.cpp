#include <utility>

#include "storage/catalog/bound.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/database/errc.hpp"
#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::catalog {

namespace {

const std::string select_uploads =
    "SELECT id, stream, account, parent, name, size_bytes, opened, touched, base,"
    " origin, fixed_bytes FROM uploads";
const std::string select_named = select_uploads +
                                 " WHERE account = ? AND parent = ?"
                                 " AND name_index = ?";
const std::string select_stream = select_uploads + " WHERE stream = ?";
const std::string select_in_folder = select_uploads +
                                     " WHERE account = ? AND parent = ?"
                                     " ORDER BY id";

}  // namespace

Result<Upload> Catalog::upload_of(const database::Statement& row) {
    Upload upload;
    upload.stream = row.id(1);
    upload.account = row.text(2);
    upload.parent = row.integer(3);
    upload.size_bytes = row.natural(5);
    upload.opened = row.time(6);
    upload.touched = row.time(7);
    upload.base = row.id(8);
    upload.origin = row.text(9);
    upload.fixed_bytes = row.natural(10);
    const Bytes bound = bound_to_upload(upload, upload.parent);
    const auto name = open_name("uploads", row.integer(0), bound, row.blob(4));
    if (!name) return failure(name.error());
    const auto folder = path_of(upload.parent);
    if (!folder) return failure(folder.error());
    auto path = VirtualPath::parse(*name, *folder);
    if (!path) return failure(path.error());
    upload.path = std::move(*path);
    return upload;
}

Result<std::vector<Upload>> Catalog::uploads_of(database::Statement query) {
    return database::rows_of(std::move(query),
                             [this](const database::Statement& row) { return upload_of(row); });
}

Result<std::optional<Upload>> Catalog::find_upload(const std::string& account,
                                                   const VirtualPath& path) {
    const auto folder = folder_at(path.parent());
    if (!folder && folder.error() == catalog_errc::not_a_directory) return std::nullopt;
    if (!folder) return failure(folder.error());
    if (!*folder) return std::nullopt;
    const auto index = index_of(**folder, path.name());
    if (!index) return failure(index.error());
    const auto found = uploads_of(connection_.query(select_named, account, **folder, *index));
    if (!found) return failure(found.error());
    if (found->empty()) return std::nullopt;
    if (found->front().path.name() != path.name())
        return failure(database::database_errc::altered_cell);
    return found->front();
}

Result<std::optional<Upload>> Catalog::upload(const Id& stream) {
    const auto found = uploads_of(connection_.query(select_stream, stream));
    if (!found) return failure(found.error());
    if (found->empty()) return std::nullopt;
    return found->front();
}

Result<std::vector<Upload>> Catalog::uploads_in(const std::string& account, NodeId directory) {
    return uploads_of(connection_.query(select_in_folder, account, directory));
}

Result<std::vector<Id>> Catalog::uploads_untouched_since(Timestamp time) {
    return streams_of(
        connection_.query("SELECT stream FROM uploads WHERE touched <= ? ORDER BY id", time));
}

Result<bool> Catalog::has_upload(const Id& stream) {
    auto query = connection_.query("SELECT 1 FROM uploads WHERE stream = ?", stream);
    return query.next();
}

Result<> Catalog::begin_upload(const Upload& upload) {
    const auto spot = spot_at(upload.path);
    if (!spot) return failure(spot.error());
    if (spot->node && spot->node->kind == Kind::directory)
        return failure(catalog_errc::is_a_directory);
    const auto id = next_row("uploads", last_rows_->uploads);
    if (!id) return failure(id.error());
    const auto index = index_of(spot->parent, spot->name);
    if (!index) return failure(index.error());
    const auto name = seal_name("uploads", *id, bound_to_upload(upload, spot->parent), spot->name);
    if (!name) return failure(name.error());
    const auto done = connection_.run(
        "INSERT INTO uploads (id, stream, account, parent, name_index, name, size_bytes, opened,"
        " touched, base, origin, fixed_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *id, upload.stream, upload.account, spot->parent, *index, *name, upload.size_bytes,
        upload.opened, upload.touched, upload.base, upload.origin, upload.fixed_bytes);
    if (!done && done.error() == database::sqlite_errc::not_unique)
        return failure(catalog_errc::already_there);
    if (!done) return done;
    return count(spot->parent, {.bytes = upload.size_bytes, .files = 1}, Change::added);
}

Result<> Catalog::touch_upload(const Id& stream, std::uint64_t size_bytes, Timestamp now) {
    auto query =
        connection_.query("SELECT parent, size_bytes FROM uploads WHERE stream = ?", stream);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return failure(catalog_errc::no_such_upload);
    const NodeId parent = query.integer(0);
    const std::uint64_t before = query.natural(1);
    const auto done = connection_.run(
        "UPDATE uploads SET size_bytes = ?, touched = ? WHERE stream = ?", size_bytes, now, stream);
    if (!done) return done;
    if (size_bytes < before)
        return count(parent, {.bytes = before - size_bytes}, Change::taken_away);
    return count(parent, {.bytes = size_bytes - before}, Change::added);
}

Result<std::optional<Catalog::HeldByUpload>> Catalog::take_upload(const Id& stream) {
    HeldByUpload held;
    {
        auto query =
            connection_.query("SELECT parent, size_bytes FROM uploads WHERE stream = ?", stream);
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return std::nullopt;
        held = {.parent = query.integer(0), .usage = {.bytes = query.natural(1), .files = 1}};
    }
    if (const auto done = connection_.run("DELETE FROM uploads WHERE stream = ?", stream); !done)
        return failure(done.error());
    return held;
}

Result<> Catalog::end_upload(const Id& stream) {
    const auto held = take_upload(stream);
    if (!held) return failure(held.error());
    return *held ? count((*held)->parent, (*held)->usage, Change::taken_away) : Result<>();
}

}  // namespace consign::catalog
