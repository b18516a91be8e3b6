// The people whom content is about: sealed, and found by a keyed index.
#include "storage/catalog/catalog.hpp"
#include "storage/catalog/subject_index.hpp"
#include "storage/database/errc.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::catalog {

Result<SubjectFacts> Catalog::open_facts(SubjectId row, ByteView index, ByteView cell) {
    const auto bytes =
        cells_.open({.table = "subjects", .column = "facts", .row = row, .bound = index}, cell);
    if (!bytes) return failure(bytes.error());
    auto facts = facts_of(*bytes);
    if (!facts) return failure(database::database_errc::altered_cell);
    return std::move(*facts);
}

Result<SubjectId> Catalog::learn(const Subject& said, Source source) {
    const auto found_by = index_of_subject(said);
    if (!found_by) return failure(found_by.error());
    const Bytes& index = *found_by;
    const auto seal = [&](SubjectId row, const SubjectFacts& facts) {
        return cells_.seal({.table = "subjects", .column = "facts", .row = row, .bound = index},
                           keys_.current(keyring::Purpose::name), to_bytes(facts));
    };

    auto query = connection_.query("SELECT id, facts FROM subjects WHERE subject_index = ?", index);
    const auto known = query.next();
    if (!known) return failure(known.error());
    if (!*known) {
        const auto id = database::next_row_id(connection_, "subjects");
        if (!id) return id;
        SubjectFacts facts{.authority = said.authority, .id = said.id};
        facts.learn(said, source);
        const auto cell = seal(*id, facts);
        if (!cell) return failure(cell.error());
        const auto done = connection_.run(
            "INSERT INTO subjects (id, subject_index, facts) VALUES (?, ?, ?)", *id, index, *cell);
        if (!done) return failure(done.error());
        return *id;
    }
    const SubjectId id = query.integer(0);
    const auto before = open_facts(id, index, query.blob(1));
    if (!before) return failure(before.error());
    // The index alone is no proof: somebody may have exchanged those of two rows.
    if (before->authority != said.authority || before->id != said.id)
        return failure(database::database_errc::altered_cell);
    SubjectFacts facts = *before;
    facts.learn(said, source);
    if (facts == *before) return id;
    const auto cell = seal(id, facts);
    if (!cell) return failure(cell.error());
    if (const auto done = connection_.run("UPDATE subjects SET facts = ? WHERE id = ?", *cell, id);
        !done)
        return failure(done.error());
    // All terms that depend on the person are to be worked out again.
    if (const auto done = connection_.run("INSERT INTO stale_subjects (subject, life) VALUES (?, 0)"
                                          " ON CONFLICT (subject) DO UPDATE SET life = -abs(life)",
                                          id);
        !done)
        return failure(done.error());
    return id;
}

Result<Bytes> Catalog::index_of_subject(const Subject& subject) const {
    const auto key = keys_.key(keyring::Purpose::index, keys_.current(keyring::Purpose::index));
    if (!key) return failure(key.error());
    const SubjectIndex index = subject_index(*key, subject.authority, subject.id);
    return Bytes(index.begin(), index.end());
}

Result<SubjectId> Catalog::set_subject_facts(const Subject& subject) {
    return learn(subject, Source::administrator);
}

Result<SubjectId> Catalog::ensure_subject(const Subject& subject) {
    // Also where what is known of it was altered.
    const auto known = subject_id(subject);
    if (!known) return failure(known.error());
    if (*known) return **known;
    return learn({.authority = subject.authority, .id = subject.id}, Source::message);
}

Result<std::optional<SubjectId>> Catalog::subject_id(const Subject& subject) {
    const auto index = index_of_subject(subject);
    if (!index) return failure(index.error());
    auto query = connection_.query("SELECT id FROM subjects WHERE subject_index = ?", *index);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    return query.integer(0);
}

Result<std::optional<Subject>> Catalog::subject(SubjectId id) {
    auto query = connection_.query("SELECT subject_index, facts FROM subjects WHERE id = ?", id);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    auto facts = open_facts(id, query.blob(0), query.blob(1));
    if (!facts) return failure(facts.error());
    return Subject{.authority = std::move(facts->authority),
                   .id = std::move(facts->id),
                   .born = facts->born.day,
                   .died = facts->died.day};
}

}  // namespace consign::catalog
