#include "desk/verbs/tree_walk.hpp"

#include <stdexcept>

namespace consign::desk {

namespace asio = boost::asio;

asio::awaitable<Result<std::optional<TreeWalk::Name>>> TreeWalk::next() {
    while (!frames_.empty()) {
        Frame& frame = frames_.back();
        if (frame.given < frame.page.size()) co_return name_of(frame.page[frame.given++]);
        if (auto turned = co_await turn_page(frame); !turned) co_return failure(turned.error());
        if (frame.page.empty()) frames_.pop_back();
    }
    co_return std::nullopt;
}

asio::awaitable<Result<>> TreeWalk::turn_page(Frame& frame) {
    auto page = co_await store_.read([&frame](Transaction& transaction) {
        return transaction.catalog.list(frame.node, frame.after, page_entries);
    });
    if (!page) co_return failure(page.error());
    frame.page = *std::move(page);
    frame.given = 0;
    if (!frame.page.empty()) frame.after = frame.page.back().node;
    co_return Result<>{};
}

std::optional<TreeWalk::Name> TreeWalk::name_of(catalog::Entry entry) {
    const auto path = VirtualPath::parse(entry.name, frames_.back().folder);
    if (!path) throw std::logic_error("the catalog holds a name that no door lets in");
    if (recursive_ && entry.kind == catalog::Kind::directory) enter(*path, entry.node);
    return Name{*path, std::move(entry)};
}

}  // namespace consign::desk
