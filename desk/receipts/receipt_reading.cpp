#include "desk/receipts/receipt_reading.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace consign::desk {

namespace json = boost::json;

namespace {

/// Far more than any has: names are bounded.
constexpr std::size_t text_limit_bytes = 64 * 1024;

std::string_view text_in(const json::object& fields, std::string_view name) {
    const auto* value = fields.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::optional<ReceiptKind> kind_in(const json::object& fields) {
    const std::string_view kind = text_in(fields, "kind"), format = text_in(fields, "format");
    if (format == "consign certificate v1" && kind == name_of(ReceiptKind::destruction))
        return ReceiptKind::destruction;
    if (format != "consign receipt v1") return std::nullopt;
    for (const auto one : {ReceiptKind::deposit, ReceiptKind::retrieval, ReceiptKind::delivery})
        if (kind == name_of(one)) return one;
    return std::nullopt;
}

}  // namespace

std::optional<ReadReceipt> read_receipt(std::string_view text) {
    if (text.size() > text_limit_bytes) return std::nullopt;
    boost::system::error_code wrong;
    auto value = json::parse(text, wrong);
    if (wrong || !value.is_object()) return std::nullopt;
    ReadReceipt receipt;
    receipt.fields = std::move(value.get_object());
    const auto kind = kind_in(receipt.fields);
    const auto chain = Id::from_hex(text_in(receipt.fields, "chain"));
    const auto hash = from_hex(text_in(receipt.fields, "hash"));
    const auto* row = receipt.fields.if_contains("row");
    if (!kind || !chain || !hash || hash->size() != receipt.hash.size() || !row || !row->is_int64())
        return std::nullopt;
    receipt.kind = *kind;
    receipt.chain = *chain;
    std::ranges::copy(*hash, receipt.hash.begin());
    receipt.id = text_in(receipt.fields, "id");
    if (receipt.id != receipt_id(row->get_int64(), receipt.hash)) return std::nullopt;
    return receipt;
}

std::optional<Ed25519PublicKey> receipt_signed_by(std::string_view text,
                                                  std::string_view signature) {
    const auto receipt = read_receipt(text);
    if (!receipt) return std::nullopt;
    return ssh_signer(signature, purpose_of(receipt->kind), as_bytes(text));
}

}  // namespace consign::desk
