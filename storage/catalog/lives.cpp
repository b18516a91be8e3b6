// Classes, pickups, and what the terms of content depend on.
#include <algorithm>
#include <limits>

#include "storage/catalog/catalog.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/database/rows.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::catalog {

namespace {

const std::string lives_columns =
    "SELECT c.id, c.file, f.stream, f.size_bytes, c.class, c.rule, c.deposited, f.last_pickup,"
    " (SELECT iif(count(*) = count(r.collected), max(r.collected), NULL)"
    "  FROM recipients r WHERE r.file = c.file),"
    " EXISTS (SELECT 1 FROM nodes n WHERE n.file = c.file)"
    " FROM file_classes c JOIN files f ON f.id = c.file AND f.doomed = 0";
const std::string select_lives = lives_columns + " WHERE c.id > ? ORDER BY c.id LIMIT ?";
const std::string select_lives_of = lives_columns + " WHERE c.file = ? ORDER BY c.id";

std::optional<Timestamp> time_or_nothing(const database::Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return row.time(column);
}

}  // namespace

Result<> Catalog::classify(const Classification& given) {
    auto query = connection_.query(
        "INSERT INTO file_classes (file, class, rule, deposited) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (file, class) DO UPDATE SET deposited = max(deposited, excluded.deposited)"
        " RETURNING id",
        given.file, given.name, given.rule, given.deposited);
    const auto row = query.next();
    if (!row) return failure(row.error());
    const LifeId life = query.integer(0);
    if (const auto done = query.run(); !done) return done;
    for (const Subject& subject : given.subjects) {
        const auto id = learn(subject, Source::message);
        if (!id) return failure(id.error());
        if (const auto done = connection_.run(
                "INSERT INTO class_subjects (life, subject) VALUES (?, ?) ON CONFLICT DO NOTHING",
                life, *id);
            !done)
            return done;
        if (const auto done = connection_.run(
                "INSERT INTO subject_activity (subject, class, last) VALUES (?, ?, ?)"
                " ON CONFLICT (subject, class) DO UPDATE SET last = max(last, excluded.last)",
                *id, given.name, given.deposited);
            !done)
            return done;
    }
    for (const NodeId node : given.recipients) {
        const auto name = node == 0 ? std::nullopt : std::optional(node);
        if (const auto done = connection_.run(
                "INSERT INTO recipients (file, node) VALUES (?, ?) ON CONFLICT DO NOTHING",
                given.file, name);
            !done)
            return done;
    }
    return {};
}

Result<> Catalog::record_pickup(FileId file, NodeId node, Timestamp now) {
    const auto done = connection_.run(
        "UPDATE files SET last_pickup = max(coalesce(last_pickup, ?), ?) WHERE id = ?", now, now,
        file);
    if (!done) return done;
    if (connection_.changes() == 0) return failure(catalog_errc::no_such_file);
    return connection_.run(
        "UPDATE recipients SET collected = ? WHERE file = ? AND node = ? AND collected IS NULL",
        now, file, node);
}

Result<> Catalog::record_delivery(FileId file, Timestamp now) {
    const auto done = connection_.run(
        "UPDATE files SET last_pickup = max(coalesce(last_pickup, ?), ?) WHERE id = ?", now, now,
        file);
    if (!done) return done;
    if (connection_.changes() == 0) return failure(catalog_errc::no_such_file);
    // Its term may be another now.
    if (auto stale = connection_.run("UPDATE terms SET epoch = 0 WHERE file = ?", file); !stale)
        return stale;
    return connection_.run(
        "UPDATE recipients SET collected = ? WHERE rowid = (SELECT rowid FROM recipients"
        " WHERE file = ? AND node IS NULL AND collected IS NULL LIMIT 1)",
        now, file);
}

Result<std::vector<Life::About>> Catalog::subjects_of(LifeId life) {
    auto query = connection_.query(
        "SELECT s.id, s.subject_index, s.facts, a.last FROM class_subjects l"
        " JOIN file_classes c ON c.id = l.life JOIN subjects s ON s.id = l.subject"
        " JOIN subject_activity a ON a.subject = s.id AND a.class = c.class"
        " WHERE l.life = ? ORDER BY s.id",
        life);
    std::vector<Life::About> subjects;
    for (;;) {
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return subjects;
        auto facts = open_facts(query.integer(0), query.blob(1), query.blob(2));
        if (!facts) return failure(facts.error());
        subjects.push_back({.subject = {.authority = std::move(facts->authority),
                                        .id = std::move(facts->id),
                                        .born = facts->born.day,
                                        .died = facts->died.day},
                            .last_activity = query.time(3)});
    }
}

Result<std::vector<Life>> Catalog::lives(LifeId after, std::size_t limit) {
    constexpr auto most = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    return lives_in(connection_.query(select_lives, after, std::min<std::uint64_t>(limit, most)));
}

Result<std::vector<Life>> Catalog::lives_of(FileId file) {
    return lives_in(connection_.query(select_lives_of, file));
}

Result<std::vector<Life>> Catalog::lives_in(database::Statement query) {
    std::vector<Life> lives;
    for (;;) {
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return lives;
        Life life;
        life.id = query.integer(0);
        life.file = query.integer(1);
        life.stream = query.id(2);
        life.size_bytes = query.natural(3);
        life.class_name = query.text(4);
        life.rule = query.text(5);
        life.deposited = query.time(6);
        life.last_pickup = time_or_nothing(query, 7);
        life.collected_by_all = time_or_nothing(query, 8);
        life.visible = query.integer(9) != 0;
        auto subjects = subjects_of(life.id);
        if (!subjects) return failure(subjects.error());
        life.subjects = std::move(*subjects);
        lives.push_back(std::move(life));
    }
}

Result<std::vector<ClassCount>> Catalog::classes_in_store() {
    return database::rows_of(
        connection_.query(
            "SELECT c.class, count(*), sum(f.size_bytes) FROM file_classes c"
            " JOIN files f ON f.id = c.file AND f.doomed = 0 GROUP BY c.class UNION ALL"
            " SELECT '', count(*), sum(f.size_bytes) FROM files f WHERE f.doomed = 0"
            " AND NOT EXISTS (SELECT 1 FROM file_classes c WHERE c.file = f.id)"
            " HAVING count(*) > 0 ORDER BY 1"),
        [](const database::Statement& row) {
            return ClassCount{.class_name = std::string(row.text(0)),
                              .files = row.natural(1),
                              .bytes = row.natural(2)};
        });
}

Result<std::vector<Catalog::LifeOfFile>> Catalog::lives_about(SubjectId subject, LifeId after,
                                                              std::size_t limit) {
    return database::rows_of(
        connection_.query("SELECT l.life, c.file, c.class FROM class_subjects l"
                          " JOIN file_classes c ON c.id = l.life WHERE l.subject = ? AND l.life > ?"
                          " ORDER BY l.life LIMIT ?",
                          subject, after, std::uint64_t{limit}),
        [](const database::Statement& row) {
            return LifeOfFile{.life = row.integer(0),
                              .file = row.integer(1),
                              .class_name = std::string(row.text(2))};
        });
}

Result<std::vector<FileId>> Catalog::retained(FileId after, std::size_t limit) {
    return database::rows_of(
        connection_.query(
            "SELECT id FROM files WHERE id > ? AND doomed = 0"
            " AND NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.file = files.id) ORDER BY id LIMIT ?",
            after, std::uint64_t{limit}),
        [](const database::Statement& row) { return row.integer(0); });
}

}  // namespace consign::catalog
