#include "desk/verbs/contents_about.hpp"

#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace {

constexpr std::size_t page_lives = 1000;

}  // namespace

Result<std::set<Id>> contents_about(Transaction& transaction, const catalog::Subject& subject) {
    std::set<Id> contents;
    const auto id = transaction.catalog.subject_id(subject);
    if (!id) return failure(id.error());
    if (!*id) return contents;
    for (catalog::LifeId last = 0;;) {
        const auto lives = transaction.catalog.lives_about(**id, last, page_lives);
        if (!lives) return failure(lives.error());
        if (lives->empty()) return contents;
        for (const auto& life : *lives) {
            const auto stream = transaction.catalog.stream_of(life.file);
            if (stream)
                contents.insert(*stream);
            else if (stream.error() != catalog::catalog_errc::no_such_file)
                return failure(stream.error());
        }
        last = lives->back().life;
    }
}

}  // namespace consign::desk
