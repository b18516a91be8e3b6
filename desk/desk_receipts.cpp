// The desk's calls on `/.receipts`, which lies in no catalog.
#include <algorithm>

#include "desk/desk.hpp"
#include "desk/receipts/hash_blocks.hpp"
#include "desk/receipts/receipt_download.hpp"
#include "desk/receipts/receipt_folder.hpp"
#include "desk/receipts/receipt_listing.hpp"
#include "desk/receipts/receipt_path.hpp"
#include "desk/site/content_digest.hpp"

namespace consign::desk {

Result<> Desk::refuse_among_receipts(Scene& scene, const VirtualPath& path) {
    if (!policy::receipts_folder().contains(path)) return {};
    return decide(scene, policy::may(*scene.account, policy::Verb::upload, path),
                  desk_errc::receipts_read_only);
}

Desk::Answer<Attributes> Desk::stat_receipt(Scene scene, ReceiptPath path) {
    const ReceiptFolder folder(site_, account_);
    const auto there = co_await site_.store.read(
        [&](Transaction& transaction) { return folder.stat(transaction, path); });
    if (!there) co_return failure(co_await refused(std::move(scene), there.error()));
    co_return there;
}

Desk::Answer<std::unique_ptr<Listing>> Desk::list_receipts(Scene scene, ReceiptPath path) {
    const ReceiptFolder folder(site_, account_);
    const auto there =
        co_await site_.store.read([&](Transaction& transaction) -> Result<Attributes> {
            auto found = folder.stat(transaction, path);
            if (found && !found->directory) return failure(desk_errc::not_a_directory);
            return found;
        });
    if (!there) co_return failure(co_await refused(std::move(scene), there.error()));
    if (const auto recorded = co_await session_.record(scene.event); !recorded)
        co_return failure(desk_errc::storage_failed);
    co_return std::make_unique<ReceiptListing>(session_, folder, path);
}

Desk::Answer<std::unique_ptr<Download>> Desk::open_receipt(Scene scene, ReceiptPath path) {
    scene.event.action = ledger::Action::receipt_read;
    const ReceiptFolder folder(site_, account_);
    auto document = co_await site_.store.read(
        [&](Transaction& transaction) { return folder.document(transaction, path); });
    if (!document) co_return failure(co_await refused(std::move(scene), document.error()));
    scene.event.bytes = document->text.size();
    scene.event.detail = document->told;
    if (const auto recorded = co_await session_.record(scene.event); !recorded)
        co_return failure(desk_errc::storage_failed);
    co_return std::make_unique<ReceiptDownload>(session_, scene.path, std::move(document->text),
                                                document->modified);
}

Desk::Answer<Bytes> Desk::hash_receipt(Scene scene, ReceiptPath path, HashRequest request,
                                       ContentDigest digest) {
    const ReceiptFolder folder(site_, account_);
    const auto document = co_await site_.store.read(
        [&](Transaction& transaction) { return folder.document(transaction, path); });
    if (!document) co_return failure(co_await refused(std::move(scene), document.error()));
    scene.event.detail = document->told;
    const auto bytes = as_bytes(document->text);
    const auto read = [&](std::uint64_t at, ByteSpan out) -> Result<std::size_t> {
        const auto rest = bytes.subspan(std::min<std::uint64_t>(at, bytes.size()));
        const auto count = std::min(out.size(), rest.size());
        std::ranges::copy(rest.first(count), out.begin());
        return count;
    };
    auto digests = hash_blocks(request, bytes.size(), read, digest);
    if (!digests) co_return failure(co_await refused(std::move(scene), digests.error()));
    if (const auto recorded = co_await session_.record(scene.event); !recorded)
        co_return failure(desk_errc::storage_failed);
    co_return digests;
}

}  // namespace consign::desk
