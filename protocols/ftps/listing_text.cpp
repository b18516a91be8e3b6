#include "protocols/ftps/listing_text.hpp"

#include <fnmatch.h>

namespace consign::ftps {

namespace asio = boost::asio;

namespace {

constexpr std::size_t page_entries = 256;

bool is_pattern(std::string_view name) {
    return name.find_first_of("*?[") != std::string_view::npos;
}

}  // namespace

asio::awaitable<Result<ListingText>> ListingText::open(desk::Desk& desk, VirtualPath path,
                                                       bool may_be_pattern) {
    ListingText text;
    auto there = co_await desk.stat(path);
    if (!there && may_be_pattern && is_pattern(path.name()) &&
        there.error() == make_error_code(desk::desk_errc::no_such_name)) {
        text.of_ = Of::pattern;
        text.pattern_ = path.name();
        path = path.parent();
    } else if (!there) {
        co_return failure(there.error());
    } else if (!there->directory) {
        text.of_ = Of::file;
        text.single_ = std::move(*there);
        co_return text;
    }
    auto listing = co_await desk.list(std::move(path));
    if (!listing) co_return failure(listing.error());
    text.listing_ = std::move(*listing);
    co_return text;
}

asio::awaitable<Result<std::string>> ListingText::next(const Line& line) {
    std::string lines;
    if (single_) lines = line(*single_) + "\r\n";
    single_.reset();
    while (listing_ && lines.empty()) {
        const auto page = co_await listing_->next(page_entries);
        if (!page) co_return failure(page.error());
        if (page->empty()) break;
        for (const desk::Attributes& entry : *page)
            if (of_ == Of::folder || ::fnmatch(pattern_.c_str(), entry.name.c_str(), 0) == 0)
                lines += line(entry) + "\r\n";
    }
    co_return lines;
}

}  // namespace consign::ftps
