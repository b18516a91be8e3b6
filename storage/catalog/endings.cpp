// How content ends: what may not, what is doomed, and what is forgotten with it.
#include "storage/catalog/catalog.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::catalog {

namespace {

// Four times the file.
const std::string holds_on =
    " FROM (SELECT * FROM holds WHERE file = ?"
    " UNION ALL SELECT h.* FROM files f JOIN holds h ON h.account = f.depositor WHERE f.id = ?"
    " UNION ALL SELECT h.* FROM file_classes c JOIN class_subjects l ON l.life = c.id"
    "  JOIN holds h ON h.subject = l.subject WHERE c.file = ?"
    " UNION ALL SELECT h.* FROM held_files k JOIN holds h ON h.id = k.hold WHERE k.file = ?)";
const std::string select_hold_on = "SELECT id" + holds_on + " WHERE lifted IS NULL LIMIT 1";
const std::string select_claims_on = "SELECT made, lifted" + holds_on + " WHERE claim = 1";

}  // namespace

Result<std::vector<Claim>> Catalog::claims_on(FileId file) {
    {
        auto query = connection_.query("SELECT 1 FROM holds LIMIT 1");
        const auto any = query.next();
        if (!any) return failure(any.error());
        if (!*any) return std::vector<Claim>();
    }
    return database::rows_of(connection_.query(select_claims_on, file, file, file, file),
                             [](const database::Statement& row) {
                                 Claim claim{.from = row.time(0)};
                                 if (!row.is_null(1)) claim.to = row.time(1);
                                 return claim;
                             });
}

Result<std::optional<std::int64_t>> Catalog::hold_on(FileId file) {
    auto query = connection_.query(select_hold_on, file, file, file, file);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return query.integer(0);
}

Result<std::optional<Id>> Catalog::doom_unneeded(FileId file) {
    {
        auto query = connection_.query(
            "SELECT 1 FROM files WHERE id = ? AND doomed = 0"
            " AND NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.file = files.id)"
            " AND NOT EXISTS (SELECT 1 FROM file_classes WHERE file_classes.file = files.id)"
            " AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.file = files.id)",
            file);
        const auto unneeded = query.next();
        if (!unneeded) return failure(unneeded.error());
        if (!*unneeded) return std::nullopt;
    }
    const auto hold = hold_on(file);
    if (!hold) return failure(hold.error());
    if (*hold) {
        const auto kept = connection_.run(
            "INSERT INTO terms (file, epoch) VALUES (?, 0) ON CONFLICT (file) DO NOTHING", file);
        if (!kept) return failure(kept.error());
        return std::nullopt;
    }
    const auto stream = doom(file);
    if (!stream) return failure(stream.error());
    return *stream;
}

Result<Id> Catalog::doom(FileId file) {
    Id stream;
    {
        auto query = connection_.query(
            "UPDATE files SET doomed = 1 WHERE id = ? AND doomed = 0 RETURNING stream", file);
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return failure(catalog_errc::no_such_file);
        stream = query.id(0);
        if (const auto done = query.run(); !done) return failure(done.error());
    }
    // Its classes go here, and the subject with the last: a start destroys nothing that has one,
    // whatever else its row says.
    std::vector<SubjectId> subjects;
    {
        auto query = connection_.query(
            "SELECT DISTINCT l.subject FROM file_classes c JOIN class_subjects l ON l.life = c.id"
            " WHERE c.file = ?",
            file);
        for (;;) {
            const auto row = query.next();
            if (!row) return failure(row.error());
            if (!*row) break;
            subjects.push_back(query.integer(0));
        }
    }
    for (const std::string_view sql :
         {"DELETE FROM class_subjects WHERE life IN (SELECT id FROM file_classes WHERE file = ?)",
          "DELETE FROM file_classes WHERE file = ?"})
        if (const auto done = connection_.run(sql, file); !done) return failure(done.error());
    for (const SubjectId subject : subjects)
        if (const auto done = forget_subject(subject); !done) return failure(done.error());
    return stream;
}

Result<std::vector<std::optional<VirtualPath>>> Catalog::end_names(FileId file) {
    std::vector<std::pair<NodeId, NodeId>> names;
    {
        auto query = connection_.query("SELECT id, parent FROM nodes WHERE file = ?", file);
        for (;;) {
            const auto row = query.next();
            if (!row) return failure(row.error());
            if (!*row) break;
            names.emplace_back(query.integer(0), query.integer(1));
        }
    }
    std::vector<std::optional<VirtualPath>> paths;
    if (names.empty()) return paths;
    auto size = connection_.query("SELECT size_bytes FROM files WHERE id = ?", file);
    const auto row = size.next();
    if (!row) return failure(row.error());
    const Usage usage{.bytes = size.natural(0), .files = 1};
    for (const auto& [node, parent] : names) {
        auto path = path_of(node);
        paths.push_back(path ? std::optional(*std::move(path)) : std::nullopt);
        if (const auto done = connection_.run("DELETE FROM nodes WHERE id = ?", node); !done)
            return failure(done.error());
        if (const auto done = count(parent, usage, Change::taken_away); !done)
            return failure(done.error());
    }
    return paths;
}

Result<bool> Catalog::has_name(FileId file) {
    auto query = connection_.query("SELECT 1 FROM nodes WHERE file = ? LIMIT 1", file);
    return query.next();
}

Result<std::size_t> Catalog::count_names(FileId file) {
    auto query = connection_.query("SELECT count(*) FROM nodes WHERE file = ?", file);
    const auto row = query.next();
    if (!row) return failure(row.error());
    return static_cast<std::size_t>(query.natural(0));
}

Result<std::optional<FileId>> Catalog::doomed_file(const Id& stream) {
    auto query = connection_.query("SELECT id FROM files WHERE stream = ? AND doomed = 1", stream);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return query.integer(0);
}

Result<bool> Catalog::forget(const Id& stream) {
    const auto found = doomed_file(stream);
    if (!found) return failure(found.error());
    if (!*found) return false;
    const FileId file = **found;
    for (const std::string_view sql :
         {"DELETE FROM recipients WHERE file = ?", "DELETE FROM held_files WHERE file = ?",
          "DELETE FROM terms WHERE file = ?", "DELETE FROM files WHERE id = ?"})
        if (const auto done = connection_.run(sql, file); !done) return failure(done.error());
    return true;
}

Result<bool> Catalog::forget_subject(SubjectId id) {
    {
        auto query = connection_.query(
            "SELECT 1 FROM class_subjects WHERE subject = ?"
            " UNION ALL SELECT 1 FROM holds WHERE subject = ? AND lifted IS NULL LIMIT 1",
            id, id);
        const auto needed = query.next();
        if (!needed) return failure(needed.error());
        if (*needed) return false;
    }
    for (const std::string_view sql :
         {"DELETE FROM subject_activity WHERE subject = ?",
          "DELETE FROM stale_subjects WHERE subject = ?", "DELETE FROM subjects WHERE id = ?"})
        if (const auto done = connection_.run(sql, id); !done) return failure(done.error());
    return true;
}

}  // namespace consign::catalog
