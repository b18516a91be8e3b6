#include "desk/folder_listing.hpp"

#include <algorithm>

#include "desk/desk.hpp"
#include "desk/site/translate.hpp"
#include "desk/site/visibility.hpp"

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
            .modified = std::max(upload.opened, upload.touched),
            .accessed = std::max(upload.opened, upload.touched)};
}

Attributes attributes_of(const MovedName& moved) {
    return {.name = std::string(moved.whole.name()),
            .directory = false,
            .size_bytes = moved.size_bytes,
            .modified = moved.modified,
            .accessed = moved.modified};
}

Attributes attributes_of(const CollectedName& collected) {
    return {.name = std::string(collected.whole.name()),
            .directory = false,
            .size_bytes = collected.size_bytes,
            .modified = collected.modified,
            .accessed = collected.modified};
}

namespace {

/// Takes out what a pickup's `then` hid from the account.
Result<> drop_hidden(Transaction& transaction, const std::string& account,
                     std::vector<catalog::Entry>& page) {
    const auto any = transaction.pickups.has_hidden(account);
    if (!any) return failure(any.error());
    if (!*any) return {};
    std::error_code failed;
    std::erase_if(page, [&](const catalog::Entry& entry) {
        const auto hidden = transaction.pickups.is_hidden(entry.node, account);
        if (!hidden) failed = hidden.error();
        return hidden && *hidden;
    });
    if (failed) return failure(failed);
    return {};
}

}  // namespace

asio::awaitable<Result<std::vector<Attributes>>> FolderListing::next(std::size_t limit) {
    const auto scene = co_await desk_.enter(folder_, ledger::Action::listed);
    if (!scene) co_return failure(scene.error());
    const Timestamp fresh = fresh_since(scene->event.time, desk_.session_.started());
    std::vector<Attributes> shown;
    while (!entries_ended_ && shown.size() < limit) {
        const auto page = co_await desk_.site_.store.read(
            [&](Transaction& transaction) -> Result<std::vector<catalog::Entry>> {
                auto entries = transaction.catalog.list(node_, after_, limit);
                if (!entries) return entries;
                entries_ended_ = entries->size() < limit;
                if (!entries->empty()) after_ = entries->back().node;
                if (auto dropped = drop_hidden(transaction, scene->account->id, *entries); !dropped)
                    return failure(dropped.error());
                return entries;
            });
        if (!page) co_return failure(told(desk_.session_, page.error()));
        for (const catalog::Entry& entry : *page) {
            const auto path = VirtualPath::parse(entry.name, folder_);
            if (!path || policy::receipts_folder().contains(*path) ||
                !is_visible(*scene->account, entry, *path, fresh))
                continue;
            // What may be fetched by its name alone is not told; one's own deposits are.
            if (entry.made_by != scene->account->id &&
                !policy::is_shown(*scene->account, *path, entry.kind == catalog::Kind::directory))
                continue;
            const auto unfinished = unfinished_.extract(entry.name);
            shown.push_back(unfinished ? unfinished.mapped() : attributes_of(entry));
        }
    }
    while (entries_ended_ && !unfinished_.empty() && shown.size() < limit)
        shown.push_back(std::move(unfinished_.extract(unfinished_.begin()).mapped()));
    co_return shown;
}

}  // namespace consign::desk
