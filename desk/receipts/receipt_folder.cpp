#include "desk/receipts/receipt_folder.hpp"

#include <fmt/format.h>

#include "desk/receipts/receipts_readme.hpp"
#include "desk/site/errc.hpp"

namespace consign::desk {

namespace {

using std::chrono::days;
using std::chrono::sys_days;

/// Of a day whose first one is forgotten, so many more are looked at before its folder is shown all
/// the same: what listing the days costs is bounded by the number of days.
constexpr std::size_t forgotten_looks_limit = 16;

Attributes folder_of(sys_days day) {
    return {.name = receipt_day_name(day),
            .directory = true,
            .modified = Timestamp(day),
            .accessed = Timestamp(day)};
}

Attributes file_of(std::string name, std::size_t size_bytes, Timestamp time) {
    return {.name = std::move(name), .size_bytes = size_bytes, .modified = time, .accessed = time};
}

sys_days day_of(Timestamp time) {
    return std::chrono::floor<days>(time);
}

std::error_code told_of(std::error_code why) {
    if (why == receipt_errc::altered) return desk_errc::altered;
    if (why == receipt_errc::no_such_receipt || why == receipt_errc::forgotten ||
        why == receipt_errc::no_witness_key)
        return desk_errc::no_such_name;
    return why;
}

}  // namespace

ReceiptFolder::ReceiptFolder(const Site& site, std::string account)
    : issuer_(receipt_issuer(site)), account_(std::move(account)), made_(site.started) {}

/// One's own alone. What is another's is told apart from what never was by no look-up more, and is
/// not unsealed.
Result<Receipt> ReceiptFolder::own_receipt(Transaction& transaction, const ReceiptPath& path,
                                           Proof proof) const {
    const auto sequence = sequence_in_receipt_id(path.id);
    if (!sequence) return failure(desk_errc::no_such_name);
    const auto rows = transaction.ledger.after(*sequence - 1, 1);
    if (!rows) return failure(rows.error());
    const bool exists = !rows->empty() && rows->front().sequence == *sequence;
    const Timestamp time = exists ? rows->front().event.time : Timestamp(path.day);
    const auto own = transaction.receipt_rows.of_account(
        account_, {.from = time,
                   .until = time + Timestamp::duration(1),
                   .after = ledger::ReceiptPlace{time, *sequence - 1},
                   .limit = 1});
    if (!own) return failure(own.error());
    if (!exists || own->empty() || own->front().sequence != *sequence || day_of(time) != path.day ||
        receipt_id(*sequence, rows->front().hash) != path.id)
        return failure(desk_errc::no_such_name);
    auto receipt = receipt_of(transaction, issuer_, *sequence, proof);
    if (receipt && receipt->account != account_) return failure(desk_errc::no_such_name);
    return receipt;
}

Result<ReceiptFolder::Document> ReceiptFolder::document(Transaction& transaction,
                                                        const ReceiptPath& path,
                                                        Proof proof) const {
    using Kind = ReceiptPath::Kind;
    if (issuer_.witness == nullptr || path.kind == Kind::nothing)
        return failure(desk_errc::no_such_name);
    if (path.is_folder()) {
        const auto there = stat(transaction, path);
        return failure(there ? make_error_code(desk_errc::is_a_directory) : there.error());
    }
    if (path.kind == Kind::readme)
        return Document{receipts_readme(issuer_), made_, std::string(receipts_readme_name)};
    if (path.kind == Kind::signers)
        return Document{allowed_signers(issuer_.witness->public_key()), made_,
                        std::string(receipts_signers_name)};
    auto receipt = own_receipt(transaction, path, proof);
    if (!receipt) return failure(told_of(receipt.error()));
    const bool is_text = path.kind == Kind::text;
    return Document{std::move(is_text ? receipt->text : receipt->signature), receipt->place.time,
                    is_text ? receipt->id : fmt::format("{}, its signature", receipt->id)};
}

Result<Attributes> ReceiptFolder::stat(Transaction& transaction, const ReceiptPath& path) const {
    using Kind = ReceiptPath::Kind;
    if (issuer_.witness == nullptr) return failure(desk_errc::no_such_name);
    if (path.kind == Kind::top)
        return Attributes{.name = std::string(policy::receipts_folder().name()),
                          .directory = true,
                          .modified = made_,
                          .accessed = made_};
    if (path.kind == Kind::day) {
        const auto found = days(transaction, path.day, path.day + std::chrono::days(1), 1);
        if (!found) return failure(found.error());
        if (found->folders.empty()) return failure(desk_errc::no_such_name);
        return found->folders.front();
    }
    const auto file = document(transaction, path, Proof::rows);
    if (!file) return failure(file.error());
    const std::string name = path.kind == Kind::readme    ? std::string(receipts_readme_name)
                             : path.kind == Kind::signers ? std::string(receipts_signers_name)
                             : path.kind == Kind::text
                                 ? fmt::format("{}{}", path.id, receipt_suffix)
                                 : fmt::format("{}{}", path.id, receipt_signature_suffix);
    return file_of(name, file->text.size(), file->modified);
}

std::vector<Attributes> ReceiptFolder::top_files() const {
    return {file_of(std::string(receipts_readme_name), receipts_readme(issuer_).size(), made_),
            file_of(std::string(receipts_signers_name),
                    allowed_signers(issuer_.witness->public_key()).size(), made_)};
}

Result<ReceiptFolder::Days> ReceiptFolder::days(Transaction& transaction, sys_days from,
                                                std::optional<sys_days> until,
                                                std::size_t limit) const {
    Days found{.folders = {}, .next = from};
    const Timestamp end = until ? Timestamp(*until) : Timestamp::max();
    for (std::size_t looked = 0; looked < limit; ++looked) {
        ledger::ReceiptRows::Range range{.from = Timestamp(found.next), .until = end, .limit = 1};
        auto page = receipts_of(transaction, issuer_, account_, range);
        if (!page) return failure(told_of(page.error()));
        found.is_last = page->receipts.empty() && !page->more;
        if (found.is_last) break;
        const sys_days day =
            day_of(page->receipts.empty() ? page->more->time : page->receipts.front().place.time);
        found.next = day + std::chrono::days(1);
        if (page->receipts.empty()) {
            range = {.from = Timestamp(day),
                     .until = Timestamp(found.next),
                     .after = page->more,
                     .limit = forgotten_looks_limit};
            page = receipts_of(transaction, issuer_, account_, range);
            if (!page) return failure(told_of(page.error()));
            if (page->receipts.empty() && !page->more) continue;
        }
        found.folders.push_back(folder_of(day));
    }
    return found;
}

Result<ReceiptFolder::Files> ReceiptFolder::files_of(Transaction& transaction, sys_days day,
                                                     std::optional<ledger::ReceiptPlace> after,
                                                     std::size_t limit) const {
    const auto page = receipts_of(transaction, issuer_, account_,
                                  {.from = Timestamp(day),
                                   .until = Timestamp(day + std::chrono::days(1)),
                                   .after = after,
                                   .limit = limit});
    if (!page) return failure(told_of(page.error()));
    Files found{.files = {}, .next = page->more};
    for (const Receipt& receipt : page->receipts) {
        found.files.push_back(file_of(fmt::format("{}{}", receipt.id, receipt_suffix),
                                      receipt.text.size(), receipt.place.time));
        found.files.push_back(file_of(fmt::format("{}{}", receipt.id, receipt_signature_suffix),
                                      receipt.signature.size(), receipt.place.time));
    }
    return found;
}

}  // namespace consign::desk
