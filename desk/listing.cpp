#include "desk/listing.hpp"

#include "desk/desk.hpp"
#include "desk/translate.hpp"
#include "desk/visibility.hpp"

namespace consign::desk {

namespace asio = boost::asio;

Attributes attributes_of(const catalog::Entry& entry) {
    return {.name = entry.name,
            .directory = entry.kind == catalog::Kind::directory,
            .size_bytes = entry.file ? entry.file->size_bytes : 0,
            .modified = entry.modified,
            .accessed = entry.accessed};
}

Attributes attributes_of(const catalog::Upload& upload, std::uint64_t size_bytes) {
    return {.name = std::string(upload.path.name()),
            .directory = false,
            .size_bytes = size_bytes,
            .modified = upload.touched,
            .accessed = upload.touched};
}

Attributes attributes_of(const MovedName& moved) {
    return {.name = std::string(moved.whole.name()),
            .directory = false,
            .size_bytes = moved.size_bytes,
            .modified = moved.modified,
            .accessed = moved.modified};
}

asio::awaitable<Result<std::vector<Attributes>>> Listing::next(std::size_t limit) {
    const auto scene = co_await desk_.enter(folder_, ledger::Action::listed);
    if (!scene) co_return failure(scene.error());
    std::vector<Attributes> shown;
    while (!entries_ended_ && shown.size() < limit) {
        const auto page = co_await desk_.site_.store.read([&](Transaction& transaction) {
            return transaction.catalog.list(node_, after_, limit);
        });
        if (!page) co_return failure(told(desk_.session_, page.error()));
        entries_ended_ = page->size() < limit;
        if (!page->empty()) after_ = page->back().node;
        for (const catalog::Entry& entry : *page) {
            const auto path = VirtualPath::parse(entry.name, folder_);
            if (!path || !is_visible(*scene->account, entry, *path, scene->event.time)) continue;
            // What may be fetched by its name alone is not told; one's own deposits are.
            if (entry.made_by != scene->account->id &&
                !policy::is_shown(*scene->account, *path, entry.kind == catalog::Kind::directory))
                continue;
            const auto unfinished = unfinished_.extract(entry.name);
            shown.push_back(unfinished ? unfinished.mapped() : attributes_of(entry));
        }
    }
    if (entries_ended_) {
        for (auto& [name, attributes] : unfinished_) shown.push_back(std::move(attributes));
        unfinished_.clear();
    }
    co_return shown;
}

}  // namespace consign::desk
