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
    const auto key = keys_.key(keyring::Purpose::index, keys_.current(keyring::Purpose::index));
    if (!key) return failure(key.error());
    const SubjectIndex index = subject_index(*key, said.authority, said.id);
    const auto seal = [&](SubjectId row, const SubjectFacts& facts) {
        return cells_.seal({.table = "subjects", .column = "facts", .row = row, .bound = index},
                           keys_.current(keyring::Purpose::name), to_bytes(facts));
    };

    auto query = connection_.query("SELECT id, facts FROM subjects WHERE subject_index = ?",
                                   ByteView(index));
    const auto known = query.next();
    if (!known) return failure(known.error());
    if (!*known) {
        const auto id = database::next_row_id(connection_, "subjects");
        if (!id) return id;
        SubjectFacts facts{.authority = said.authority, .id = said.id};
        facts.learn(said, source);
        const auto cell = seal(*id, facts);
        if (!cell) return failure(cell.error());
        const auto done =
            connection_.run("INSERT INTO subjects (id, subject_index, facts) VALUES (?, ?, ?)", *id,
                            ByteView(index), *cell);
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
    return id;
}

Result<> Catalog::set_subject_facts(const Subject& subject) {
    if (const auto learned = learn(subject, Source::administrator); !learned)
        return failure(learned.error());
    return {};
}

}  // namespace consign::catalog
